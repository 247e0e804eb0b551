/* Writing the configuration file. Control thread. */
#pragma once

/* Replaces the file's content in one step, and keeps what was there as FILE.1, with up to four more
 * before it. 0, or -errno and the file is as it was. */
int store_write(const char *path, const char *text);
