using static TorchSharp.Interop.Dispatcher;

namespace TorchSharp;

public static partial class torch
{
    // Functions of each element.
    public partial class Tensor
    {
        public Tensor abs() => Call("abs", this);
        public Tensor abs_() => CallInPlace("abs_", this);

        public Tensor absolute() => Call("absolute", this);
        public Tensor absolute_() => CallInPlace("absolute_", this);

        public Tensor angle() => Call("angle", this);

        public Tensor ceil() => Call("ceil", this);
        public Tensor ceil_() => CallInPlace("ceil_", this);

        public Tensor floor() => Call("floor", this);
        public Tensor floor_() => CallInPlace("floor_", this);

        public Tensor round(long decimals = 0) =>
            decimals == 0 ? Call("round", this) : Call("round.decimals", this, decimals);

        public Tensor round_(long decimals = 0) =>
            decimals == 0 ? CallInPlace("round_", this) : CallInPlace("round_.decimals", this, decimals);

        public Tensor trunc() => Call("trunc", this);
        public Tensor trunc_() => CallInPlace("trunc_", this);

        public Tensor fix() => Call("fix", this);
        public Tensor fix_() => CallInPlace("fix_", this);

        public Tensor frac() => Call("frac", this);
        public Tensor frac_() => CallInPlace("frac_", this);

        public Tensor exp() => Call("exp", this);
        public Tensor exp_() => CallInPlace("exp_", this);

        public Tensor exp2() => Call("exp2", this);
        public Tensor exp2_() => CallInPlace("exp2_", this);

        public Tensor expm1() => Call("expm1", this);
        public Tensor expm1_() => CallInPlace("expm1_", this);

        public Tensor log() => Call("log", this);
        public Tensor log_() => CallInPlace("log_", this);

        public Tensor log10() => Call("log10", this);
        public Tensor log10_() => CallInPlace("log10_", this);

        public Tensor log1p() => Call("log1p", this);
        public Tensor log1p_() => CallInPlace("log1p_", this);

        public Tensor log2() => Call("log2", this);
        public Tensor log2_() => CallInPlace("log2_", this);

        public Tensor logit(double? eps = null) => Call("logit", this, eps);
        public Tensor logit_(double? eps = null) => CallInPlace("logit_", this, eps);

        public Tensor sqrt() => Call("sqrt", this);
        public Tensor sqrt_() => CallInPlace("sqrt_", this);

        public Tensor rsqrt() => Call("rsqrt", this);
        public Tensor rsqrt_() => CallInPlace("rsqrt_", this);

        public Tensor square() => Call("square", this);

        public Tensor sign() => Call("sign", this);
        public Tensor sign_() => CallInPlace("sign_", this);

        public Tensor sgn() => Call("sgn", this);
        public Tensor sgn_() => CallInPlace("sgn_", this);

        public Tensor signbit() => Call("signbit", this);

        public Tensor erf() => Call("erf", this);
        public Tensor erf_() => CallInPlace("erf_", this);

        public Tensor erfc() => Call("erfc", this);
        public Tensor erfc_() => CallInPlace("erfc_", this);

        public Tensor erfinv() => Call("erfinv", this);
        public Tensor erfinv_() => CallInPlace("erfinv_", this);

        public Tensor lgamma() => Call("lgamma", this);
        public Tensor lgamma_() => CallInPlace("lgamma_", this);

        public Tensor digamma() => Call("digamma", this);
        public Tensor digamma_() => CallInPlace("digamma_", this);

        public Tensor polygamma(long p) => Call("polygamma", p, this);
        public Tensor polygamma_(long p) => CallInPlace("polygamma_", this, p);

        public Tensor mvlgamma(long p) => Call("mvlgamma", this, p);
        public Tensor mvlgamma_(long p) => CallInPlace("mvlgamma_", this, p);

        public Tensor i0() => Call("i0", this);
        public Tensor i0_() => CallInPlace("i0_", this);

        public Tensor igamma(Tensor other) => Call("igamma", this, other);

        public Tensor igammac(Tensor other) => Call("igammac", this, other);

        public Tensor sinc() => Call("sinc", this);
        public Tensor sinc_() => CallInPlace("sinc_", this);

        public Tensor clamp(Scalar? min = null, Scalar? max = null) => Call("clamp", this, min, max);
        public Tensor clamp(Tensor? min = null, Tensor? max = null) => Call("clamp.Tensor", this, min, max);
        public Tensor clamp_(Scalar? min = null, Scalar? max = null) => CallInPlace("clamp_", this, min, max);
        public Tensor clamp_(Tensor? min = null, Tensor? max = null) => CallInPlace("clamp_.Tensor", this, min, max);

        public Tensor clamp_max(Scalar max) => Call("clamp_max", this, max);
        public Tensor clamp_max_(Scalar max) => CallInPlace("clamp_max_", this, max);

        public Tensor clamp_min(Scalar min) => Call("clamp_min", this, min);
        public Tensor clamp_min_(Scalar min) => CallInPlace("clamp_min_", this, min);

        public Tensor clip(Scalar? min = null, Scalar? max = null) => Call("clip", this, min, max);

        public Tensor nan_to_num(double nan = 0, double? posinf = null, double? neginf = null) =>
            Call("nan_to_num", this, nan, posinf, neginf);

        public Tensor nan_to_num_(double nan = 0, double? posinf = null, double? neginf = null) =>
            CallInPlace("nan_to_num_", this, nan, posinf, neginf);

        public Tensor deg2rad() => Call("deg2rad", this);
        public Tensor deg2rad_() => CallInPlace("deg2rad_", this);

        public Tensor rad2deg() => Call("rad2deg", this);
        public Tensor rad2deg_() => CallInPlace("rad2deg_", this);
    }
}
