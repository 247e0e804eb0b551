/* Answers that come later, in sessions on a Unix socket. */
#include "manage/cli/later.h"

#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <osmocom/core/select.h>
#include <osmocom/core/signal.h>
#include <osmocom/core/talloc.h>
#include <osmocom/vty/command.h>
#include <osmocom/vty/vty.h>

#include "manage/cli/cli_socket.h"
#include "tests/unit/unit.h"

enum { TEXT_MAX = 4096, CLIENTS = 2 };

static struct client {
	int fd;
	bool ended; /* it has read the end */
	char text[TEXT_MAX];
	size_t len;
} clients[CLIENTS];
static char dir[] = "/tmp/later-XXXXXX", path[64];
static sem_t go;                        /* an answer may come */
static atomic_uint asking, asking_most; /* threads */
static unsigned freed, closed;

static void ask(void *data)
{
	(void)data;
	if (++asking > asking_most)
		asking_most = asking;
	sem_wait(&go);
	asking--;
}

static void tell(void *data, struct vty *vty)
{
	vty_out(vty, "answer %s%s", (const char *)data, VTY_NEWLINE);
}

static void free_word(void *data)
{
	freed++;
	free(data);
}

DEFUN(ask_for, ask_for_cmd, "ask WORD", "Asks\nFor it\n")
{
	static const struct later later = { ask, tell, free_word };

	return later_ask(vty, &later, strdup(argv[0]));
}

DEFUN(say, say_cmd, "say WORD", "Says\nIt\n")
{
	vty_out(vty, "said %s%s", argv[0], VTY_NEWLINE);
	return CMD_SUCCESS;
}

static int on_event(unsigned subsys, unsigned signal, void *data, void *signal_data)
{
	const struct vty_signal_data *event = signal_data;

	(void)subsys, (void)signal, (void)data;
	if (event->event == VTY_CLOSED) {
		later_forget(event->vty);
		closed++;
	}
	return 0;
}

static void take(struct client *client)
{
	char octets[512];
	ssize_t n = recv(client->fd, octets, sizeof(octets), MSG_DONTWAIT);

	client->ended = client->ended || n == 0;
	for (ssize_t i = 0; i < n && client->len < TEXT_MAX - 1; i++)
		if (octets[i] && octets[i] != '\r')
			client->text[client->len++] = octets[i];
	client->text[client->len] = '\0';
}

static void turn(void)
{
	osmo_select_main(1);
	for (unsigned i = 0; i < CLIENTS; i++)
		if (clients[i].fd >= 0)
			take(&clients[i]);
}

/* The loop turns meanwhile; bounded. */
#define EVENTUALLY(condition)                                                                      \
	for (unsigned turns = 0; !(condition); turns++) {                                          \
		ck_assert_msg(turns < 6000, "never: " #condition);                                 \
		turn();                                                                            \
		usleep(5000);                                                                      \
	}

static bool ends_with(const struct client *client, const char *end)
{
	const size_t len = strlen(end);

	return client->len >= len && strcmp(client->text + client->len - len, end) == 0;
}

static void send_text(const struct client *client, const char *text)
{
	ck_assert_int_eq(write(client->fd, text, strlen(text)), (ssize_t)strlen(text));
}

static void open_client(struct client *client)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	*client = (struct client){ .fd = socket(AF_UNIX, SOCK_STREAM, 0) };
	ck_assert_int_eq(connect(client->fd, (struct sockaddr *)&at, sizeof(at)), 0);
	EVENTUALLY(ends_with(client, "> "));
	client->len = 0;
}

static void begin(void)
{
	static struct vty_app_info info = { .name = "test", .version = "0", .copyright = "" };

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/cli", dir);
	sem_init(&go, 0, 0);
	vty_init(&info);
	install_element_ve(&ask_for_cmd);
	install_element_ve(&say_cmd);
	osmo_signal_register_handler(SS_L_VTY, on_event, NULL);
	ck_assert_int_eq(cli_socket_open(NULL, path, ""), 0);
	for (unsigned i = 0; i < CLIENTS; i++)
		clients[i].fd = -1;
	open_client(&clients[0]);
}

static void end(void)
{
	later_stop();
	cli_socket_close();
	unlink(path);
	ck_assert_int_eq(rmdir(dir), 0);
}

START_TEST(prompt_comes_after_the_answer_and_others_do_not_wait)
{
	begin();
	open_client(&clients[1]);
	send_text(&clients[0], "ask a\n");
	EVENTUALLY(asking == 1);
	send_text(&clients[1], "say b\n");
	EVENTUALLY(ends_with(&clients[1], "said b\ntest> "));
	EVENTUALLY(ends_with(&clients[0], "ask a\n"));
	sem_post(&go);
	EVENTUALLY(ends_with(&clients[0], "ask a\nanswer a\ntest> "));
	send_text(&clients[0], "say c\n"); /* all is as before */
	EVENTUALLY(ends_with(&clients[0], "said c\ntest> "));
	ck_assert_uint_eq(freed, 1);
	end();
}
END_TEST

START_TEST(commands_sent_along_are_answered_in_their_order)
{
	begin();
	send_text(&clients[0], "ask a\nsay b\nask c\nask d\nsay e\n");
	EVENTUALLY(asking == 1);
	ck_assert_ptr_null(strstr(clients[0].text, "said"));
	for (unsigned i = 0; i < 3; i++)
		sem_post(&go);
	EVENTUALLY(ends_with(&clients[0], "said e\ntest> "));
	ck_assert_str_eq(clients[0].text,
			 "ask a\nanswer a\ntest> say b\nsaid b\ntest> ask c\nanswer c\ntest> "
			 "ask d\nanswer d\ntest> say e\nsaid e\ntest> ");
	ck_assert_uint_eq(asking_most, 1);
	ck_assert_uint_eq(freed, 3);
	end();
}
END_TEST

START_TEST(what_is_typed_meanwhile_waits)
{
	begin();
	send_text(&clients[0], "ask a\n");
	EVENTUALLY(asking == 1);
	send_text(&clients[0], "say b\n");
	for (unsigned i = 0; i < 20; i++)
		turn();
	ck_assert_ptr_null(strstr(clients[0].text, "said b"));
	sem_post(&go);
	EVENTUALLY(ends_with(&clients[0], "answer a\ntest> say b\nsaid b\ntest> "));
	end();
}
END_TEST

START_TEST(session_that_closes_meanwhile_has_no_answer)
{
	begin();
	send_text(&clients[0], "ask a\nask b\n");
	EVENTUALLY(asking == 1);
	close(clients[0].fd);
	clients[0].fd = -1;
	EVENTUALLY(closed == 1);
	ck_assert_uint_eq(freed, 1); /* b, which is not asked any more */
	open_client(&clients[1]);
	sem_post(&go);
	EVENTUALLY(freed == 2);
	send_text(&clients[1], "say c\n");
	EVENTUALLY(ends_with(&clients[1], "said c\ntest> "));
	end();
}
END_TEST

START_TEST(sessions_that_only_ask_do_not_pile_up)
{
	enum { ORPHANS = 8 };

	begin();
	for (unsigned i = 1; i <= ORPHANS; i++) {
		open_client(&clients[1]);
		send_text(&clients[1], "ask a\n");
		EVENTUALLY(asking == i);
		close(clients[1].fd);
		clients[1].fd = -1;
		EVENTUALLY(closed == i);
	}
	send_text(&clients[0], "ask b\n");
	EVENTUALLY(ends_with(&clients[0], "ask again in some seconds\ntest> "));
	for (unsigned i = 0; i < ORPHANS + 1; i++)
		sem_post(&go);
	EVENTUALLY(freed == 1 + ORPHANS);
	send_text(&clients[0], "ask c\n");
	EVENTUALLY(ends_with(&clients[0], "answer c\ntest> "));
	end();
}
END_TEST

/* As `printf 'show records last 5\n' | nc -N -U` does. */
START_TEST(who_says_no_more_is_answered)
{
	begin();
	send_text(&clients[0], "ask a\n");
	shutdown(clients[0].fd, SHUT_WR);
	EVENTUALLY(asking == 1);
	for (unsigned i = 0; i < 20; i++)
		turn();
	ck_assert(!clients[0].ended);
	sem_post(&go);
	EVENTUALLY(clients[0].ended);
	ck_assert(ends_with(&clients[0], "answer a\ntest> "));
	ck_assert_uint_eq(closed, 1);
	end();
}
END_TEST

START_TEST(exit_sent_along_ends_the_session_at_once)
{
	begin();
	send_text(&clients[0], "ask a\nexit\n");
	EVENTUALLY(clients[0].ended);
	EVENTUALLY(asking == 1);
	ck_assert_uint_eq(freed, 0);
	sem_post(&go);
	later_stop(); /* it waits */
	ck_assert_uint_eq(freed, 1);
	end();
}
END_TEST

UNIT_MAIN("later", sessions_that_only_ask_do_not_pile_up,
	  prompt_comes_after_the_answer_and_others_do_not_wait,
	  commands_sent_along_are_answered_in_their_order, what_is_typed_meanwhile_waits,
	  session_that_closes_meanwhile_has_no_answer, who_says_no_more_is_answered,
	  exit_sent_along_ends_the_session_at_once)
