// SPDX-License-Identifier: MIT
#include "quantize/features.h"

#include "workers/workers.h"

namespace bitdown::builder {

Features::Features(const Images& images, bool mirrored, std::size_t elements, unsigned jobs)
    : elements_(elements), student_(images.count()), teacher_(images.count()) {
  in_parallel(images.count(), jobs, [&](std::size_t index) {
    std::vector<float> values(elements_);
    images.unpack(index, mirrored, values);
    student_[index] = HalfTensor(values);
    teacher_[index] = student_[index];
  });
}

void Features::advance(Segment& student, Segment& teacher, std::size_t elements, unsigned jobs) {
  run_workers(count(), jobs, [&](Turns& turns) {
    const Segment::Loan run_student(student);
    const Segment::Loan run_teacher(teacher);
    std::vector<float> values(elements_);
    while (const auto index = turns.next()) {
      student_[*index].unpack(values);
      run_student->run(values);
      student_[*index] = HalfTensor(run_student->value(0));
      teacher_[*index].unpack(values);
      run_teacher->run(values);
      teacher_[*index] = HalfTensor(run_teacher->value(0));
    }
  });
  elements_ = elements;
}

void Features::unpack(std::size_t index, std::span<float> student, std::span<float> teacher) const {
  student_[index].unpack(student);
  teacher_[index].unpack(teacher);
}

}  // namespace bitdown::builder
