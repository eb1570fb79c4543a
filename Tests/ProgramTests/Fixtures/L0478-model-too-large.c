#include <lockwalk.h>

static int x;
static void a(void) { x++; x++; x++; x++; x++; x++; x++; x++; }
static void b(void) { a(); a(); a(); a(); a(); a(); a(); a(); }
static void c(void) { b(); b(); b(); b(); b(); b(); b(); b(); }
static void d(void) { c(); c(); c(); c(); c(); c(); c(); c(); }
static void e(void) { d(); d(); d(); d(); d(); d(); d(); d(); }
THREAD(t, 1) { e(); e(); e(); e(); e(); e(); e(); e(); }
