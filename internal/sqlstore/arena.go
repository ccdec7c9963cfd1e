package sqlstore

// SQLite takes its memory under one lock. The C library would still spread it over an arena for each thread, and keep what is freed in
// one from the others: beside the caches that came to some tens of megabytes. It must be told before the first thread starts.

// #include <stdlib.h>
// #ifdef __GLIBC__
// #include <malloc.h>
// __attribute__((constructor)) static void one_arena(void) { mallopt(M_ARENA_MAX, 1); }
// #endif
import "C"
