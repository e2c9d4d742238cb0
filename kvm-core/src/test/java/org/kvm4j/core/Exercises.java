package org.kvm4j.core;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.kvm4j.core.abi.FdKind;
import org.kvm4j.core.abi.Ioctl;

/**
 * The ioctls that a test makes the host's KVM carry out.
 *
 * <p>Where the host lacks the capability for one of them the test is skipped and the refusal
 * listed; where it passes without one of them having succeeded, it fails.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Repeatable(Exercises.List.class)
@ExtendWith(ExercisesExtension.class)
public @interface Exercises {

  /** The ioctls. */
  Ioctl[] value();

  /** The descriptor they are made on. */
  FdKind on();

  /**
   * Whether every known KVM refuses them: the test asserts that, and fails if one is carried out or
   * none is asked for.
   */
  boolean refused() default false;

  /** Several of them. */
  @Target(ElementType.METHOD)
  @Retention(RetentionPolicy.RUNTIME)
  @ExtendWith(ExercisesExtension.class)
  @interface List {
    /** One for each kind of descriptor. */
    Exercises[] value();
  }
}
