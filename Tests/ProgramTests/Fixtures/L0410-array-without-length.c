#include <lockwalk.h>

static int sum(int *numbers) { return *numbers; }

THREAD(t, 1) { sum((int[]){ 1, 2 }); }
