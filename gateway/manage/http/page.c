/* Files out of gateway/manage/http/page, put into the program by the assembler: an installed gateway needs no path
 * to them. */
#include "manage/http/page.h"

#include <string.h>

#include <osmocom/core/utils.h>

#define EMBED(name, file)                                                                          \
	extern const char name##_begin[], name##_end[];                                            \
	__asm__(".section .rodata,\"a\",@progbits\n" #name "_begin:\n"                             \
		".incbin \"gateway/manage/http/page/" file "\"\n" #name "_end:\n.previous\n")

EMBED(page_index, "index.html");
EMBED(page_style, "style.css");
EMBED(page_icon, "icon.svg");
EMBED(page_app, "app.js");
EMBED(page_view, "view.js");
EMBED(page_groups, "groups.js");
EMBED(page_ladder, "ladder.js");
EMBED(page_plots, "plots.js");
EMBED(page_sound, "sound.js");
EMBED(page_trends, "trends.js");
EMBED(page_route, "route.js");
EMBED(page_configuration, "configuration.js");
EMBED(page_configuration_style, "configuration.css");
EMBED(page_api, "api.js");
EMBED(page_openapi, "openapi.json");

static const struct page_file files[] = {
	{ "/", "text/html; charset=utf-8", page_index_begin, page_index_end },
	{ "/style.css", "text/css", page_style_begin, page_style_end },
	{ "/icon.svg", "image/svg+xml", page_icon_begin, page_icon_end },
	{ "/app.js", "text/javascript", page_app_begin, page_app_end },
	{ "/view.js", "text/javascript", page_view_begin, page_view_end },
	{ "/groups.js", "text/javascript", page_groups_begin, page_groups_end },
	{ "/ladder.js", "text/javascript", page_ladder_begin, page_ladder_end },
	{ "/plots.js", "text/javascript", page_plots_begin, page_plots_end },
	{ "/sound.js", "text/javascript", page_sound_begin, page_sound_end },
	{ "/trends.js", "text/javascript", page_trends_begin, page_trends_end },
	{ "/route.js", "text/javascript", page_route_begin, page_route_end },
	{ "/configuration.js", "text/javascript", page_configuration_begin,
	  page_configuration_end },
	{ "/configuration.css", "text/css", page_configuration_style_begin,
	  page_configuration_style_end },
	{ "/api.js", "text/javascript", page_api_begin, page_api_end },
	{ "/api/v1/openapi.json", "application/json", page_openapi_begin, page_openapi_end },
};

const struct page_file *page_find(const char *path)
{
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (strcmp(files[i].path, path) == 0)
			return &files[i];
	return NULL;
}
