package org.kvm4j.core.stream;

/** Takes all output and has no input. Stateless, so there is nothing to close. */
final class NullStream implements OpenStream {

  @Override
  public int read() {
    return NOTHING;
  }

  @Override
  public boolean write(int value) {
    return true;
  }

  /** {@inheritDoc} The task never runs: nothing is ever refused, and nothing comes. */
  @Override
  public void onReady(Runnable task) {}

  @Override
  public String description() {
    return "output is discarded";
  }

  /** Always 0: nobody meant to see it. */
  @Override
  public long discardedBytes() {
    return 0;
  }

  @Override
  public void close() {}
}
