using TorchSharp.Interop;
using static TorchSharp.Interop.Dispatcher;

namespace TorchSharp;

// Default and promoted types, limits, devices at hand.
public static partial class torch
{
    /// <summary>The limits of a floating-point type.</summary>
    public struct FInfo
    {
        public int bits;
        public double eps;
        public double max;
        public double min;
        public double tiny;
        public double smallest_normal;
        public double resolution;
    }

    public static FInfo finfo() => finfo(get_default_dtype());

    public static FInfo finfo(ScalarType dtype) => dtype switch
    {
        ScalarType.BFloat16 => Limits(16, 0.0078125, 3.3895313892515355e+38, 1.1754943508222875e-38, 1e-2),
        ScalarType.Float16 => Limits(16, 0.0009765625, 65504, 6.103515625e-05, 1e-3),
        ScalarType.Float32 => Limits(32, 1.1920928955078125e-07, float.MaxValue, 1.1754943508222875e-38, 1e-6),
        ScalarType.Float64 => Limits(64, 2.220446049250313e-16, double.MaxValue, 2.2250738585072014e-308, 1e-15),
        _ => throw new ArgumentException($"'dtype' must be floating point, got {dtype}", nameof(dtype)),
    };

    private static FInfo Limits(int bits, double eps, double max, double smallest, double resolution) => new()
    {
        bits = bits, eps = eps, max = max, min = -max, tiny = smallest, smallest_normal = smallest,
        resolution = resolution,
    };

    /// <summary>The largest value of an integer type.</summary>
    public static long max_int_value(ScalarType type) => type switch
    {
        ScalarType.Byte => byte.MaxValue,
        ScalarType.Int8 => sbyte.MaxValue,
        ScalarType.Int16 => short.MaxValue,
        ScalarType.Int32 => int.MaxValue,
        ScalarType.Int64 => long.MaxValue,
        _ => throw new ArgumentException($"expected an integer type, got {type}", nameof(type)),
    };

    /// <summary>The type of factories' results when none is given; float32 at first.</summary>
    public static ScalarType get_default_dtype() => (ScalarType)Native.maas_default_dtype();

    public static void set_default_dtype(ScalarType dtype) => Native.Check(Native.maas_set_default_dtype((int)dtype));

    public static ScalarType result_type(Tensor tensor1, Tensor tensor2) =>
        (ScalarType)CallLong("result_type.Tensor", tensor1, tensor2);

    public static ScalarType promote_types(ScalarType type1, ScalarType type2) =>
        (ScalarType)CallLong("promote_types", type1, type2);

    public static bool can_cast(ScalarType from, ScalarType to) => CallBool("can_cast", from, to);

    public static Size broadcast_shapes(params long[][] shapes)
    {
        var rank = shapes.Max(s => s.Length);
        var result = new long[rank];
        Array.Fill(result, 1);
        foreach (var shape in shapes)
        {
            for (var d = 1; d <= shape.Length; d++)
            {
                var (size, known) = (shape[^d], result[^d]);
                if (size != 1 && known != 1 && size != known)
                    throw new ArgumentException(
                        $"broadcast_shapes: sizes {known} and {size} at dimension {rank - d} do not broadcast", nameof(shapes));
                if (known == 1) result[^d] = size;
            }
        }
        return new Size(result);
    }

    /// <summary>Libtorch's version.</summary>
    public static unsafe string __version__ =>
        System.Runtime.InteropServices.Marshal.PtrToStringUTF8((nint)Native.maas_version()) ?? "";

    /// <summary>The device of factories' results when none is given.</summary>
    public static Device get_default_device() => CPU;

    public static bool TryInitializeDeviceType(DeviceType deviceType) => deviceType switch
    {
        DeviceType.CPU or DeviceType.META => true,
        DeviceType.CUDA => cuda.is_available(),
        _ => false,
    };

    /// <exception cref="InvalidOperationException">The device is not there.</exception>
    public static void InitializeDeviceType(DeviceType deviceType)
    {
        if (!TryInitializeDeviceType(deviceType))
            throw new InvalidOperationException($"Torch device type {deviceType} did not initialise on the current machine.");
    }

    public static Device InitializeDevice(Device? device)
    {
        device ??= CPU;
        InitializeDeviceType(device.type);
        return device;
    }
}
