package sqlstore

// #include <stdlib.h>
// #ifdef __GLIBC__
// #include <malloc.h>
// static void one_arena(void) { mallopt(M_ARENA_MAX, 1); }
// #else
// static void one_arena(void) {}
// #endif
import "C"

// SQLite takes its memory under one lock. The C library would still spread it over an arena for each thread, and keep what is freed in
// one from the others: beside the caches that came to some tens of megabytes.
func init() { C.one_arena() }
