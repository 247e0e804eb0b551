#include "base/alarm_watch.h"

void alarm_watch_look(struct alarm_watch *watch, bool holds, unsigned after_s, enum alarm_kind kind,
		      const char *object)
{
	bool now;

	watch->held_s = holds ? watch->held_s + 1 : 0;
	now = after_s && watch->held_s >= after_s;
	if (now == watch->told)
		return;
	watch->told = now;
	if (now)
		alarm_raise(kind, object, "", "");
	else
		alarm_clear(kind, object);
}
