/* Work that may block, on a disk mostly, done beside the control thread by a thread of its own. Control thread. */
#pragma once

struct task;

/* work runs in the thread: it touches data alone, which is its own meanwhile, logs nothing and uses no talloc. done is
 * called once, from the loop or from task_end, and the task is over then; it may start another. NULL: no memory, or no
 * thread; neither is called. */
struct task *task_start(void (*work)(void *data), void (*done)(void *data), void *data);
/* Before done was called: waits for the work, and calls it. NULL does nothing. */
void task_end(struct task *task);
