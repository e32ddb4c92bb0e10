#ifndef PADAWANN_CMPI_SHIM_H
#define PADAWANN_CMPI_SHIM_H

// The C++ bindings that MPI 3 removed are not wanted.
#define OMPI_SKIP_MPICXX 1
#define MPICH_SKIP_MPICXX 1
#include <mpi.h>

// What MPI names by macros, some of which are casts of addresses that Swift does not import, and no two implementations agree on
// what they expand to. A request is 4 bytes in one and a pointer in another: here it is always in memory of this size.

#define PADAWANN_MPI_TAG 1

typedef struct {
  MPI_Request request;
} padawann_mpi_request;

typedef struct {
  MPI_Message message;
  int source;
  int count;
  int found;
} padawann_mpi_arrival;

// Only one thread calls MPI. Errors are returned, because the default ends the process without a word of whose it was.
static inline int padawann_mpi_open(int *rank, int *size) {
  int provided;
  int error = MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided);
  if (error != MPI_SUCCESS) return error;
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  error = MPI_Comm_rank(MPI_COMM_WORLD, rank);
  if (error == MPI_SUCCESS) error = MPI_Comm_size(MPI_COMM_WORLD, size);
  return error;
}

static inline int padawann_mpi_send(const void *bytes, int count, int rank, padawann_mpi_request *request) {
  return MPI_Isend(bytes, count, MPI_BYTE, rank, PADAWANN_MPI_TAG, MPI_COMM_WORLD, &request->request);
}

static inline int padawann_mpi_probe(padawann_mpi_arrival *arrival) {
  MPI_Status status;
  arrival->found = 0;
  int error = MPI_Improbe(
      MPI_ANY_SOURCE, PADAWANN_MPI_TAG, MPI_COMM_WORLD, &arrival->found, &arrival->message, &status);
  if (error != MPI_SUCCESS || !arrival->found) return error;
  arrival->source = status.MPI_SOURCE;
  return MPI_Get_count(&status, MPI_BYTE, &arrival->count);
}

static inline int padawann_mpi_receive(void *bytes, padawann_mpi_arrival *arrival, padawann_mpi_request *request) {
  return MPI_Imrecv(bytes, arrival->count, MPI_BYTE, &arrival->message, &request->request);
}

static inline int padawann_mpi_test(padawann_mpi_request *request, int *done) {
  return MPI_Test(&request->request, done, MPI_STATUS_IGNORE);
}

static inline int padawann_mpi_abort(int code) { return MPI_Abort(MPI_COMM_WORLD, code); }

#endif
