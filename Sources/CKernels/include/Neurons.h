#ifndef PADAWANN_NEURONS_H
#define PADAWANN_NEURONS_H

#include <stddef.h>
#include <stdint.h>

// Networks of single neurons, many of them at once, with several shared weights at once (WANN).
//
// Layout.  A value is what a neuron passes on for sixteen images and every weight: value v is the floats from
//          v * weight_count * LANES on, weight by weight, one float per image.
// Bits.    Those of CKernels.h; and the portable level, too, fuses multiplications with additions here, slow as that is where
//          the processor cannot. So all levels give the same bits.
// Errors.  Of activations, measured over all float32 in steps against libm in double: see NEURON_... in neurons.h.

// Steps of a program, each with operands of its own.
enum {
  // Activations 1 to 11 as in the published files: linear, step, sin(pi x), exp(-x^2 / 2), tanh, sigmoid, -x, |x|, ReLU,
  // cos(pi x), x^2. target = the value that is written; operands = the values that are summed up.
  NEURON_FIRST = 1,
  NEURON_LAST = 11,
  // Adds the images' losses and right answers for one network; target = its number; operands = its outputs.
  NEURON_SCORE = 32,
  // Writes the outputs of a network: outputs[(weight * operands + o) * LANES + image]; target is not used.
  NEURON_OUTPUTS = 33,
};
typedef struct {
  int32_t kind;
  int32_t first; // of its operands
  int32_t count; // of its operands
  int32_t target;
} lanes_neuron_step;

typedef struct {
  const lanes_neuron_step *steps;
  int32_t step_count;
  int32_t weight_count;
  const int32_t *operands; // numbers of values
  const float *factors;    // of the operands of neurons, or NULL where all are 1
  const float *weights;    // the shared weights
} lanes_neuron_program;

// Runs a program for one block.
//
// A neuron is activation(weight * sum over its operands of factor * value); the sum begins with 0 and goes over the operands in
// their order. Of a network, where o are its outputs: loss = log(sum exp(o - max o)) + max o - o[label], in float32, and at most
// NEURON_WORST_LOSS, which it also is where it is no number; the right answers are those where the first largest output is that
// of the label. Losses are added up over the first `images` lanes in double, in their order.
//
// values: those of bias and inputs are there. labels: one per lane, as floats.
// losses, right: [network][weight], written.
void lanes_neurons(int32_t level, const lanes_neuron_program *program, const float *labels, int32_t images, float *values,
                   double *losses, int32_t *right, float *outputs);

// The gradient of the sum over the first `images` lanes of the losses of the one network whose outputs a program writes, by the
// factor of every operand of its neurons; the program has one weight, factors, and a value of its own for every neuron.
//
// values: as lanes_neurons has left them. gradients: as many, all zeros. factor_gradients: [operand], written for operands of
// neurons. Sums over lanes are taken in double, in their order.
void lanes_neurons_backward(int32_t level, const lanes_neuron_program *program, const float *labels, int32_t images,
                            const float *values, float *gradients, double *factor_gradients);

// y = activation(x) of so many numbers, a multiple of LANES.
void lanes_neuron_activation(int32_t level, int32_t activation, const float *x, ptrdiff_t count, float *y);
// y = log(x) for finite x > 0, as losses have it.
void lanes_neuron_logarithm(int32_t level, const float *x, ptrdiff_t count, float *y);

#define NEURON_WORST_LOSS 1e30f

#endif
