/* Files out of gateway/manage/http/page, put into the program by the assembler: an installed gateway needs no path
 * to them. */
#include "manage/http/page.h"

#include <string.h>

#include <osmocom/core/utils.h>

#define EMBED(name, file)                                                                          \
	extern const char name##_begin[], name##_end[];                                            \
	__asm__(".section .rodata,\"a\",@progbits\n" #name "_begin:\n"                             \
		".incbin \"gateway/manage/http/page/" file "\"\n" #name "_end:\n.previous\n")

EMBED(openapi, "openapi.json");

static const struct page_file files[] = {
	{ "/api/v1/openapi.json", "application/json", openapi_begin, openapi_end },
};

const struct page_file *page_find(const char *path)
{
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (strcmp(files[i].path, path) == 0)
			return &files[i];
	return NULL;
}
