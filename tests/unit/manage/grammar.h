/* The whole configuration language, for tests that read or edit configurations. */
#pragma once

#include "base/config.h"
#include "call/route_config.h"
#include "drivers/span_config.h"
#include "manage/manage.h"
#include "manage/manage_config.h"
#include "mg/mg_config.h"
#include "pstn/trunk_config.h"
#include "sip/sip_config.h"

/* Once a process, as main does. */
static inline void grammar_init(void)
{
	static bool done;

	if (!done)
		manage_init(NULL, "1.2.3");
	done = true;
}
