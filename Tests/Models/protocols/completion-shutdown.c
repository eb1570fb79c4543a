/*
 * A driver stops its worker and frees what the worker uses; the completion lives in the object, or beside it.
 *
 * Source: the stack-completion rule of Documentation/scheduler/completion.rst, kthread_stop(); own choice.
 */
#include <lockwalk.h>

enum stop { FLAG_ONLY, FLAG_AND_COMPLETION, COMPLETION_IN_OBJECT, TIMES_OUT };

CONFIG(enum stop, stop, FLAG_AND_COMPLETION);
CONFIG(int, workers, 1);
CONFIG(bool, all, false);               /* complete_all() */
CONFIG(bool, last_touch, false);        /* the worker touches the device after complete() */

struct device {
	bool stopping;
	u2   work;
	struct completion done;
};
OBJECTS(struct device, devices, 1);

static struct device *device;
static struct completion gone;

INIT { device = alloc(devices); }

THREAD(worker, workers)
{
	struct device *it = device;

	while (!READ_ONCE(it->stopping))
		WRITE_ONCE(it->work, 1);
	if (stop == COMPLETION_IN_OBJECT)
		complete(&it->done);
	else if (all)
		complete_all(&gone);
	else
		complete(&gone);
	if (last_touch)
		WRITE_ONCE(it->work, 0);
}

THREAD(remove, 1)
{
	struct device *it = device;
	int i;

	WRITE_ONCE(it->stopping, true);
	if (stop == COMPLETION_IN_OBJECT)
		wait_for_completion(&it->done);
	if (stop == FLAG_AND_COMPLETION || (stop == TIMES_OUT && maybe()))
		for (i = 0; i < workers; i++)
			wait_for_completion(&gone);
	kfree(it);
}

EXPECT(stop == FLAG_AND_COMPLETION && (workers == 1 || workers == 2 || workers == 3), HOLDS);
EXPECT(stop == FLAG_AND_COMPLETION && workers == 2 && all, USE_AFTER_FREE(devices));    /* the first lets both waits through */
EXPECT(stop == FLAG_AND_COMPLETION && last_touch,          USE_AFTER_FREE(devices));
EXPECT(stop == FLAG_ONLY,                                  USE_AFTER_FREE(devices));
EXPECT(stop == COMPLETION_IN_OBJECT,                       HOLDS);
EXPECT(stop == TIMES_OUT,                                  USE_AFTER_FREE(devices));
