using TorchSharp.Interop;
using static TorchSharp.Interop.Dispatcher;

namespace TorchSharp;

// Sequences, diagonals, permutations and windows.
public static partial class torch
{
    /// <summary>The values from start to below stop; int64 when all three are integers.</summary>
    public static Tensor arange(
        Scalar start, Scalar stop, Scalar step, ScalarType? dtype = null, Device? device = null,
        bool requires_grad = false) =>
        Factory.Create("arange.start_step", [start, stop, step], dtype, device, requires_grad);

    public static Tensor arange(
        Scalar start, Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        arange(start, stop, 1, dtype, device, requires_grad);

    public static Tensor arange(
        Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        arange(0, stop, 1, dtype, device, requires_grad);

    /// <summary>Steps values from start to end, both included.</summary>
    public static Tensor linspace(
        double start, double end, long steps, ScalarType? dtype = null, Device? device = null,
        bool requires_grad = false) =>
        Factory.Create("linspace", [start, end, steps], dtype, device, requires_grad);

    public static Tensor logspace(
        double start, double end, long steps, double @base = 10, ScalarType? dtype = null, Device? device = null,
        bool requires_grad = false) =>
        Factory.Create("logspace", [start, end, steps, @base], dtype, device, requires_grad);

    public static Tensor eye(
        long rows, long columns = -1, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        string[]? names = null) =>
        Factory.Create("eye.m", [rows, columns < 0 ? rows : columns], dtype, device, requires_grad, names);

    /// <summary>The numbers below n in random order.</summary>
    public static Tensor randperm(
        long n, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null) =>
        Factory.Create("randperm.generator", [n, generator], dtype ?? ScalarType.Int64, device, requires_grad);

    public static Tensor randperm(long n, Tensor @out, Generator? generator = null)
    {
        CallVoid("randperm.generator_out", n, generator, @out);
        return @out;
    }

    public static Tensor empty_strided(
        long[] size, long[] strides, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        string[]? names = null) =>
        Factory.Create("empty_strided", [size, strides], dtype, device, requires_grad, names);

    public static Tensor tril_indices(
        long row, long col, long offset = 0, ScalarType dtype = ScalarType.Int64, Device? device = null) =>
        Factory.Create("tril_indices", [row, col, offset], dtype, device, false);

    public static Tensor triu_indices(
        long row, long col, long offset = 0, ScalarType dtype = ScalarType.Int64, Device? device = null) =>
        Factory.Create("triu_indices", [row, col, offset], dtype, device, false);

    public static Tensor hann_window(
        long len, bool periodic = true, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Factory.Create("hann_window.periodic", [len, periodic], dtype, device, requires_grad);

    public static Tensor hamming_window(
        long len, bool periodic = true, float alpha = 0.54f, float beta = 0.46f, ScalarType? dtype = null,
        Device? device = null, bool requires_grad = false) =>
        Factory.Create(
            "hamming_window.periodic_alpha_beta", [len, periodic, alpha, beta], dtype, device, requires_grad);

    public static Tensor blackman_window(
        long len, bool periodic = true, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Factory.Create("blackman_window.periodic", [len, periodic], dtype, device, requires_grad);

    public static Tensor bartlett_window(
        long len, bool periodic = true, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Factory.Create("bartlett_window.periodic", [len, periodic], dtype, device, requires_grad);

    /// <summary>Normal values with one mean and deviation.</summary>
    public static Tensor normal(
        double mean, double std, ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null,
        bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        randn(size, dtype, device, false, generator, names).mul_(std).add_(mean).requires_grad_(requires_grad);

    /// <summary>Normal values, one for each mean and deviation.</summary>
    public static Tensor normal(Tensor mean, Tensor std, Generator? generator = null) =>
        Call("normal.Tensor_Tensor", mean, std, generator);

    // Single random numbers.
    public static bool randint_bool(Generator? generator = null) => randint_long(2, generator) != 0;

    public static int randint_int(int high, Generator? generator = null) => (int)randint_long(0, high, generator);

    public static int randint_int(int low, int high, Generator? generator = null) =>
        (int)randint_long(low, high, generator);

    public static long randint_long(long high, Generator? generator = null) => randint_long(0, high, generator);

    public static long randint_long(long low, long high, Generator? generator = null)
    {
        using var value = randint(low, high, (long[])[1], generator: generator);
        return value.ToInt64();
    }

    public static double rand_float(Generator? generator = null)
    {
        using var value = rand((long[])[1], generator: generator);
        return value.ToDouble();
    }

    public static double randn_float(Generator? generator = null)
    {
        using var value = randn((long[])[1], generator: generator);
        return value.ToDouble();
    }
}
