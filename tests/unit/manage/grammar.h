/* The whole configuration language, for tests that read or edit configurations. */
#pragma once

#include <osmocom/vty/vty.h>

#include "base/config.h"
#include "call/route_config.h"
#include "drivers/span_config.h"
#include "manage/manage_config.h"
#include "mg/mg_config.h"
#include "pstn/trunk_config.h"
#include "sip/sip_config.h"

/* In the order of main.c. */
static inline void grammar_register(void)
{
	config_register(&manage_section);
	config_register(&media_section);
	config_register(&spans_section);
	config_register(&trunks_section);
	config_register(&sip_section);
	config_register(&routes_section);
}

/* The sections' commands alone, without the CLI. Once a process. */
static inline void grammar_init(void)
{
	static struct vty_app_info info = { .name = "test", .version = "0", .copyright = "" };
	const struct config_section *const *sections;

	if (config_sections(&sections) > 0)
		return;
	vty_init(&info);
	grammar_register();
	for (size_t i = 0, n = config_sections(&sections); i < n; i++)
		sections[i]->install();
}
