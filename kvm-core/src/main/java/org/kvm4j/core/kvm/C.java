package org.kvm4j.core.kvm;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The C expression over {@code linux/kvm.h} whose value a constant must have. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.FIELD)
@interface C {
  String value();
}
