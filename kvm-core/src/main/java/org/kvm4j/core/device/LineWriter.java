package org.kvm4j.core.device;

import com.google.common.util.concurrent.Uninterruptibles;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;

/**
 * Writes text to a file on a thread of its own, so that a file system that stalls keeps nobody
 * waiting: what waits for it is bounded.
 *
 * <p>Threading: all methods by one thread at a time.
 */
final class LineWriter {

  static final int BUFFER_BYTES = 1 << 17;
  private static final int BUFFERS = 64;

  private final OutputStream out;
  private final Consumer<String> onFailure;
  private final BlockingQueue<LineText> empty = new ArrayBlockingQueue<>(BUFFERS);
  private final BlockingQueue<LineText> full = new ArrayBlockingQueue<>(BUFFERS + 1);
  private final Thread thread = new Thread(this::run, "kvm4j-recorder");

  /**
   * Starts the thread.
   *
   * @param onFailure told why, once, when no more can be written; on the thread
   */
  LineWriter(OutputStream out, Consumer<String> onFailure) {
    this.out = out;
    this.onFailure = onFailure;
    for (int i = 0; i < BUFFERS; i++) {
      empty.add(new LineText(BUFFER_BYTES));
    }
    thread.setDaemon(true);
    thread.start();
  }

  /** An empty buffer, or null if all of them wait for the file. */
  LineText next() {
    return empty.poll();
  }

  /** Has a buffer written. */
  void write(LineText text) {
    full.add(text);
  }

  /**
   * Closes the file when all is written, however long that takes.
   *
   * @throws IOException if closing fails
   */
  void close() throws IOException {
    full.add(new LineText(0));
    Uninterruptibles.joinUninterruptibly(thread);
    out.close();
  }

  private void run() {
    boolean failed = false;
    for (LineText text = take(); text.length() > 0; text = take()) {
      try {
        if (!failed) {
          text.writeTo(out);
        }
      } catch (IOException e) {
        failed = true;
        onFailure.accept(e.getMessage());
      }
      text.clear();
      empty.add(text);
    }
  }

  private LineText take() {
    return Uninterruptibles.takeUninterruptibly(full);
  }
}
