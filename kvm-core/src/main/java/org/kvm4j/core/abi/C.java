package org.kvm4j.core.abi;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The C expression over {@code linux/kvm.h} whose value a constant must have. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.FIELD)
public @interface C {
  String value();

  /** The Linux release whose header has it first; empty if every header has it. */
  String since() default "";
}
