/* A client of the CLI of a running gateway: a terminal, or one command and its answer. */
#pragma once

struct manage_config;

/* n 0: what is typed at a terminal, or each line of standard input, is a command. Else the words are one command. The
 * exit code: 0; 1, the gateway refused a command (a line of its answer begins with "%"); 2, it is not there. */
int client_run(const struct manage_config *config, int n, char *const words[]);
