#include <stdint.h>
/* Starts a Cortex-M4: the stack, the floating-point unit, then newlib's own start with semihosting. */
extern void _start(void);
void reset(void);
void reset(void)
{
    *(volatile uint32_t *)0xE000ED88 |= 0xFu << 20;
    __asm volatile("dsb\n isb");
    _start();
    for (;;) {}
}
__attribute__((section(".vectors"), used)) static const uintptr_t vectors[2] = {0x20400000, (uintptr_t)reset};
