using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        private const double one_eighth = 1.0 / 8.0;
        private const double one_third = 1.0 / 3.0;

        public static ReLU ReLU(bool inplace = false) => new(inplace);

        public static ReLU6 ReLU6(bool inplace = false) => new(inplace);

        public static LeakyReLU LeakyReLU(double negative_slope = 0.01, bool inplace = false) => new(negative_slope, inplace);

        public static RReLU RReLU(double lower = one_eighth, double upper = one_third, bool inplace = false) => new(lower, upper, inplace);

        public static PReLU PReLU(long num_parameters, double init = 0.25, Device? device = null, ScalarType? dtype = null) =>
            new(num_parameters, init, device, dtype);

        public static Threshold Threshold(double threshold, double value, bool inplace = false) => new(threshold, value, inplace);

        public static Hardtanh Hardtanh(double min_val = -1.0, double max_val = 1.0, bool inplace = false) => new(min_val, max_val, inplace);

        public static ELU ELU(double alpha = 1.0, bool inplace = false) => new(alpha, inplace);

        public static CELU CELU(double alpha = 1.0, bool inplace = false) => new(alpha, inplace);

        public static SELU SELU(bool inplace = false) => new(inplace);

        public static GELU GELU() => new(false);

        public static GELU GELU(bool inplace) => new(inplace);

        public static GELU GELU(GELU.Approximate approximate, bool inplace = false) => new(inplace, approximate);

        public static SiLU SiLU() => new(false);

        public static SiLU SiLU(bool inplace) => new(inplace);

        public static Mish Mish() => new(false);

        public static Mish Mish(bool inplace) => new(inplace);

        public static Softplus Softplus(double beta = 1, double threshold = 20) => new(beta, threshold);

        public static Sigmoid Sigmoid() => new(false);

        public static Sigmoid Sigmoid(bool inplace) => new(inplace);

        public static Tanh Tanh() => new(false);

        public static Tanh Tanh(bool inplace = false) => new(inplace);

        public static LogSigmoid LogSigmoid() => new();

        public static Softsign Softsign() => new(false);

        public static Softsign Softsign(bool inplace) => new(inplace);

        public static Hardsigmoid Hardsigmoid(bool inplace = false) => new(inplace);

        public static Hardswish Hardswish(bool inplace = false) => new(inplace);

        public static Hardshrink Hardshrink(double lambda = 0.5) => new(lambda);

        public static Softshrink Softshrink(double lambda = 0.5) => new(lambda);

        public static Tanhshrink Tanhshrink() => new(false);

        public static Tanhshrink Tanhshrink(bool inplace = false) => new(inplace);

        public static Softmax Softmax(long dim) => new(dim);

        public static Softmax2d Softmax2d() => new();

        public static LogSoftmax LogSoftmax(long dim) => new(dim);

        public static Softmin Softmin(long dim) => new(dim);

        public static GLU GLU(long dim = -1) => new(dim);
    }
}
