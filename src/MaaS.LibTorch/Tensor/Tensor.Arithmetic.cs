using TorchSharp.Interop;
using static TorchSharp.Interop.Dispatcher;

namespace TorchSharp;

public static partial class torch
{
    // Arithmetic with tensors and scalars.
    public partial class Tensor
    {
        public Tensor add(Tensor target) => Call("add.Tensor", this, target);
        public Tensor add(Tensor target, Scalar alpha) => Call("add.Tensor", this, target, alpha);
        public Tensor add(Scalar scalar) => Call("add.Scalar", this, scalar);
        public Tensor add(Scalar scalar, Scalar alpha) => Call("add.Scalar", this, scalar, alpha);
        public Tensor add_(Tensor target) => CallInPlace("add_.Tensor", this, target);
        public Tensor add_(Tensor target, Scalar alpha) => CallInPlace("add_.Tensor", this, target, alpha);
        public Tensor add_(Scalar scalar) => CallInPlace("add_.Scalar", this, scalar);
        public Tensor add_(Scalar scalar, Scalar alpha) => CallInPlace("add_.Scalar", this, scalar, alpha);

        public Tensor sub(Tensor target) => Call("sub.Tensor", this, target);
        public Tensor sub(Scalar target) => Call("sub.Scalar", this, target);
        public Tensor sub_(Tensor target) => CallInPlace("sub_.Tensor", this, target);
        public Tensor sub_(Scalar target) => CallInPlace("sub_.Scalar", this, target);

        public Tensor subtract(Scalar target) => Call("subtract.Scalar", this, target);
        public Tensor subtract(Tensor target) => Call("subtract.Tensor", this, target);
        public Tensor subtract_(Scalar target) => CallInPlace("subtract_.Scalar", this, target);
        public Tensor subtract_(Tensor target) => CallInPlace("subtract_.Tensor", this, target);

        public Tensor mul(Tensor target) => Call("mul.Tensor", this, target);
        public Tensor mul(Scalar target) => Call("mul.Scalar", this, target);
        public Tensor mul_(Tensor target) => CallInPlace("mul_.Tensor", this, target);
        public Tensor mul_(Scalar target) => CallInPlace("mul_.Scalar", this, target);

        public Tensor multiply(Tensor target) => Call("multiply.Tensor", this, target);
        public Tensor multiply(Scalar target) => Call("multiply.Scalar", this, target);

        public Tensor div(Tensor target, RoundingMode rounding_mode = RoundingMode.None) =>
            Divide("div.Tensor", target, rounding_mode);

        public Tensor div(Scalar target, RoundingMode rounding_mode = RoundingMode.None) =>
            Divide("div.Scalar", target, rounding_mode);

        public Tensor div_(Tensor target, RoundingMode rounding_mode = RoundingMode.None) =>
            DivideInPlace("div_.Tensor", target, rounding_mode);

        public Tensor div_(Scalar target, RoundingMode rounding_mode = RoundingMode.None) =>
            DivideInPlace("div_.Scalar", target, rounding_mode);

        public Tensor divide(Tensor target, RoundingMode rounding_mode = RoundingMode.None) =>
            Divide("div.Tensor", target, rounding_mode);

        public Tensor divide(Scalar target, RoundingMode rounding_mode = RoundingMode.None) =>
            Divide("div.Scalar", target, rounding_mode);

        public Tensor divide_(Tensor target, RoundingMode rounding_mode = RoundingMode.None) =>
            DivideInPlace("div_.Tensor", target, rounding_mode);

        public Tensor divide_(Scalar target, RoundingMode rounding_mode = RoundingMode.None) =>
            DivideInPlace("div_.Scalar", target, rounding_mode);

        public Tensor true_divide(Tensor other) => Call("true_divide.Tensor", this, other);
        public Tensor true_divide(Scalar other) => Call("true_divide.Scalar", this, other);
        public Tensor true_divide_(Tensor other) => CallInPlace("true_divide_.Tensor", this, other);
        public Tensor true_divide_(Scalar other) => CallInPlace("true_divide_.Scalar", this, other);

        public Tensor floor_divide(Tensor other) => Call("floor_divide", this, other);
        public Tensor floor_divide(Scalar other) => Call("floor_divide.Scalar", this, other);
        public Tensor floor_divide_(Tensor other) => CallInPlace("floor_divide_.Tensor", this, other);
        public Tensor floor_divide_(Scalar other) => CallInPlace("floor_divide_.Scalar", this, other);

        public Tensor remainder(Tensor target) => Call("remainder.Tensor", this, target);
        public Tensor remainder(Scalar scalar) => Call("remainder.Scalar", this, scalar);
        public Tensor remainder_(Tensor target) => CallInPlace("remainder_.Tensor", this, target);
        public Tensor remainder_(Scalar scalar) => CallInPlace("remainder_.Scalar", this, scalar);

        public Tensor fmod(Tensor target) => Call("fmod.Tensor", this, target);
        public Tensor fmod(Scalar scalar) => Call("fmod.Scalar", this, scalar);
        public Tensor fmod_(Tensor target) => CallInPlace("fmod_.Tensor", this, target);
        public Tensor fmod_(Scalar scalar) => CallInPlace("fmod_.Scalar", this, scalar);

        public Tensor pow(Tensor exponent) => Call("pow.Tensor_Tensor", this, exponent);
        public Tensor pow(Scalar exponent) => Call("pow.Tensor_Scalar", this, exponent);
        public Tensor pow_(Tensor exponent) => CallInPlace("pow_.Tensor", this, exponent);
        public Tensor pow_(Scalar exponent) => CallInPlace("pow_.Scalar", this, exponent);

        public Tensor float_power(Tensor target) => Call("float_power.Tensor_Tensor", this, target);
        public Tensor float_power_(Tensor target) => CallInPlace("float_power_.Tensor", this, target);

        public Tensor neg() => Call("neg", this);
        public Tensor neg_() => CallInPlace("neg_", this);

        public Tensor negative() => Call("negative", this);

        public Tensor positive() => Call("positive", this);

        public Tensor reciprocal() => Call("reciprocal", this);
        public Tensor reciprocal_() => CallInPlace("reciprocal_", this);

        public Tensor addcmul(Tensor tensor1, Tensor tensor2, Scalar value) =>
            Call("addcmul", this, tensor1, tensor2, value);

        public Tensor addcmul_(Tensor tensor1, Tensor tensor2, Scalar value) =>
            CallInPlace("addcmul_", this, tensor1, tensor2, value);

        public Tensor addcdiv(Tensor tensor1, Tensor tensor2, Scalar value) =>
            Call("addcdiv", this, tensor1, tensor2, value);

        public Tensor addcdiv(Tensor tensor1, Tensor tensor2) => Call("addcdiv", this, tensor1, tensor2);

        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2, Scalar value) =>
            CallInPlace("addcdiv_", this, tensor1, tensor2, value);

        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2) => CallInPlace("addcdiv_", this, tensor1, tensor2);

        public Tensor lerp(Tensor end, Tensor weight) => Call("lerp.Tensor", this, end, weight);
        public Tensor lerp_(Tensor end, Tensor weight) => CallInPlace("lerp_.Tensor", this, end, weight);

        public Tensor hypot(Tensor other) => Call("hypot", this, other);

        public Tensor gcd(Tensor other) => Call("gcd", this, other);
        public Tensor gcd_(Tensor other) => CallInPlace("gcd_", this, other);

        public Tensor lcm(Tensor other) => Call("lcm", this, other);
        public Tensor lcm_(Tensor other) => CallInPlace("lcm_", this, other);

        public Tensor ldexp(Tensor other) => Call("ldexp.Tensor", this, other);
        public Tensor ldexp_(Tensor other) => CallInPlace("ldexp_", this, other);

        public Tensor xlogy(Tensor y) => Call("xlogy.Tensor", this, y);
        public Tensor xlogy(Scalar y) => Call("xlogy.Scalar_Other", this, y);
        public Tensor xlogy_(Tensor y) => CallInPlace("xlogy_.Tensor", this, y);
        public Tensor xlogy_(Scalar y) => CallInPlace("xlogy_.Scalar_Other", this, y);

        public Tensor logaddexp(Tensor other) => Call("logaddexp", this, other);

        public Tensor logaddexp2(Tensor other) => Call("logaddexp2", this, other);

        public Tensor copysign(Tensor other) => Call("copysign.Tensor", this, other);
        public Tensor copysign_(Tensor other) => CallInPlace("copysign_.Tensor", this, other);

        public Tensor nextafter(Tensor other) => Call("nextafter", this, other);
        public Tensor nextafter_(Tensor other) => CallInPlace("nextafter_", this, other);

        public Tensor heaviside(Tensor other) => Call("heaviside", this, other);
        public Tensor heaviside_(Tensor other) => CallInPlace("heaviside_", this, other);

        private Tensor Divide(string op, Arg divisor, RoundingMode mode) => mode == RoundingMode.None
            ? Call(op, this, divisor)
            : Call(op + "_mode", this, divisor, mode.ToString());

        private Tensor DivideInPlace(string op, Arg divisor, RoundingMode mode) => mode == RoundingMode.None
            ? CallInPlace(op, this, divisor)
            : CallInPlace(op + "_mode", this, divisor, mode.ToString());
    }
}
