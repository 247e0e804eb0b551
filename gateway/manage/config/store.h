/* Writing the configuration file. Control thread. */
#pragma once

struct gateway;

/* Replaces the file's content in one step, and keeps what was there as FILE.1, with up to four more
 * before it. 0, or -errno and the file is as it was. */
int store_write(const char *path, const char *text);
/* The running configuration into the file that it was read from; who: for the audit log. 0 or -errno. */
int store_running(const struct gateway *gateway, const char *who);
