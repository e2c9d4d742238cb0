package org.kvm4j.testkit.guest;

/** The assembler and nothing else. */
final class TestCode extends Assembler<TestCode> {

  @Override
  protected TestCode self() {
    return this;
  }
}
