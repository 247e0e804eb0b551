/* A person at the CLI, for tests: a terminal of libosmovty on one end of a socket pair, the test on
 * the other. Nothing waits: what is typed is read and answered within the call. */
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <osmocom/core/talloc.h>
#include <osmocom/vty/vty.h>

#include "tests/unit/manage/grammar.h"
#include "tests/unit/ports.h"
#include "tests/unit/unit.h"

struct session_end {
	struct vty *vty; /* NULL once closed */
	int fd;
	char *heard; /* all since the last line was typed */
};

/* The CLI with every command, once a process. */
static inline void session_init(void)
{
	signal(SIGPIPE, SIG_IGN); /* as main does */
	grammar_init();
}

static inline struct config *session_config(void *ctx, const char *text)
{
	struct config_report *report = config_report_new(ctx, "f");
	struct config *config = config_read_text(ctx, text, strlen(text), report);

	ck_assert_msg(config, "%s", config_report_get(report, 0));
	return config;
}

static inline void session_hear(struct session_end *end)
{
	char buf[4096];
	ssize_t n;

	if (end->vty)
		vty_flush(end->vty);
	while ((n = recv(end->fd, buf, sizeof(buf), MSG_DONTWAIT)) > 0)
		end->heard = talloc_asprintf_append(end->heard, "%.*s", (int)n, buf);
}

static inline struct session_end session_open(void)
{
	struct session_end end;
	int pair[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	end.fd = pair[1];
	end.heard = talloc_strdup(NULL, "");
	end.vty = vty_create(pair[0], NULL);
	session_hear(&end);
	return end;
}

/* Types octets as they are. */
static inline void session_send(struct session_end *end, const char *octets, size_t len)
{
	talloc_free(end->heard);
	end->heard = talloc_strdup(NULL, "");
	while (len > 0 && end->vty) {
		size_t part = len < 512 ? len : 512;

		send(end->fd, octets, part, MSG_NOSIGNAL); /* fails once the CLI has shut it */
		if (vty_read(end->vty) < 0)
			end->vty = NULL;
		octets += part;
		len -= part;
	}
	session_hear(end);
}

/* Types a line; what is heard then is its echo, the answer and the prompt. */
static inline const char *session_type(struct session_end *end, const char *line)
{
	char *text = talloc_asprintf(NULL, "%s\n", line);

	session_send(end, text, strlen(text));
	talloc_free(text);
	return end->heard;
}

static inline void session_close(struct session_end *end)
{
	if (end->vty) {
		shutdown(end->fd, SHUT_WR);
		ck_assert_int_lt(vty_read(end->vty), 0);
	}
	close(end->fd);
	talloc_free(end->heard);
}

#define CHECK_SAYS(end, line, expected)                                                            \
	do {                                                                                       \
		const char *says_ = session_type(end, line);                                       \
		ck_assert_msg(strstr(says_, expected), "typed \"%s\", heard \"%s\"", line, says_); \
	} while (0)
