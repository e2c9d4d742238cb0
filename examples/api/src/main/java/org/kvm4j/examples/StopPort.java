package org.kvm4j.examples;

import org.kvm4j.Vcpu;
import org.kvm4j.bus.PioHandler;

/** A port that ends the run of the vCPU that writes to it. */
record StopPort(Vcpu vcpu) implements PioHandler {

  @Override
  public int read(int offset, int size) {
    return 0;
  }

  @Override
  public void write(int offset, int size, int value) {
    vcpu.kick();
  }
}
