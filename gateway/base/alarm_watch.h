/* A condition that is an alarm once it has held for some seconds on end. Control thread. */
#pragma once

#include <stdbool.h>

#include "base/alarm.h"

struct alarm_watch {
	unsigned held_s; /* on end, until now */
	bool told;
};

/* Once a second, whether it holds now: raised after after_s such seconds (0: never), cleared with the first that is
 * none. */
void alarm_watch_look(struct alarm_watch *watch, bool holds, unsigned after_s, enum alarm_kind kind,
		      const char *object);
