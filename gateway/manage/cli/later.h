/* Answers to commands that may take long, as those of a database do: a thread of its own asks, while the session waits and
 * all else goes on. The prompt comes after the answer; commands that follow at once are done meanwhile, and what they say
 * comes behind it. At most 4 questions of all sessions are asked at a time; the others wait for their turn. A session whose
 * client is gone ends, at most some seconds later; a session that ends before, also by `exit` sent along behind the
 * question, has no answer. Control thread. */
#pragma once

#include <stdbool.h>

struct vty;

struct later {
	void (*ask)(void *data); /* in the thread, as work of task.h: it touches data alone */
	void (*tell)(void *data, struct vty *vty); /* the answer */
	void (*free)(void *data);
};

/* From a command of a session, whose answer this is to be. One question of a session is asked at a time; data is taken
 * over. What a command returns: CMD_WARNING, after a complaint, without memory, or while 8 questions of the session wait. */
int later_ask(struct vty *vty, const struct later *how, void *data);
bool later_is_asked(const struct vty *vty); /* an answer is to come */
/* A session has ended: nothing may write to it any more. */
void later_forget(const struct vty *vty);
/* After the sessions: waits for what is still asked. */
void later_stop(void);
