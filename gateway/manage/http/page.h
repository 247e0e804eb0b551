/* Files that are part of the program: the page, and the description of the API. Control thread. */
#pragma once

#include <stddef.h>

struct page_file {
	const char *path, *content_type;
	const char *begin, *end;
};

/* NULL: none is at that path. */
const struct page_file *page_find(const char *path);
