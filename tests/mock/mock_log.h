/* The log, kept instead of shown: the last lines of one category, newest first. */
#pragma once

#include <stdbool.h>

#include "base/log.h"

enum { MOCK_LOG_LINES = 16, MOCK_LOG_OCTETS = 1024 };

/* From now on lines of that category at NOTICE and above are kept; again: forgets them. */
void mock_log_start(int category);
/* The newest line that contains the text, or NULL. */
const char *mock_log_find(const char *text);
unsigned mock_log_count(const char *text);
