package org.kvm4j.core.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;

/**
 * A stream whose other end is a Java program. It needs no thread: that program's own move bytes.
 */
final class InMemoryStream implements OpenStream, MemoryEnd {

  /** Guards nothing: it is what {@link #awaitText} waits on. */
  private final Object news = new Object();

  private final Duplex duplex;

  InMemoryStream(StreamLimits limits) {
    // Wakes are rare here: input that came before the device had named its task, and the end.
    duplex =
        new Duplex(
            limits,
            Overflow.DROP_OLDEST,
            () -> ForkJoinPool.commonPool().execute(this::notifyDevice));
  }

  @Override
  public int read() {
    return duplex.read();
  }

  @Override
  public boolean write(int value) {
    boolean taken = duplex.write(value);
    signalNews();
    return taken;
  }

  @Override
  public void onReady(Runnable task) {
    duplex.onReady(task);
  }

  @Override
  public int send(byte... bytes) {
    ByteBuffer source = ByteBuffer.wrap(bytes);
    duplex.putInput(source);
    notifyDevice();
    return source.position();
  }

  @Override
  public int send(String text) {
    return send(text.getBytes(UTF_8));
  }

  @Override
  public String received() {
    return new String(duplex.pendingOutput(), UTF_8);
  }

  @Override
  public byte[] take() {
    return duplex.takePendingOutput();
  }

  @Override
  public boolean awaitText(String text, Duration timeout) throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    // The look and the wait are one step under the monitor that write() takes after its byte is in.
    synchronized (news) {
      while (!received().contains(text)) {
        long leftNanos = deadline - System.nanoTime();
        if (leftNanos <= 0 || duplex.isClosing()) {
          return false;
        }
        TimeUnit.NANOSECONDS.timedWait(news, Math.max(leftNanos, 1_000_000)); // 0 ms is for ever
      }
      return true;
    }
  }

  @Override
  public String description() {
    return "in memory";
  }

  @Override
  public long discardedBytes() {
    return duplex.discardedBytes();
  }

  @Override
  public Optional<MemoryEnd> memoryEnd() {
    return Optional.of(this);
  }

  /** {@inheritDoc} What the device wrote before can still be taken. */
  @Override
  public void close() {
    duplex.startClosing();
    signalNews();
  }

  private void notifyDevice() {
    if (!duplex.isClosing()) {
      duplex.notifyDevice();
    }
  }

  private void signalNews() {
    synchronized (news) {
      news.notifyAll();
    }
  }
}
