using System.Globalization;
using MaaS.Onnx.Schema;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Onnx;

/// <summary>Compares the shape of a weight that is not in memory with the number of its bytes.</summary>
internal static class WeightCheck
{
    /// <summary>Checks a tensor of <see cref="WeightlessModel"/>. What MaaS does not know, newer element types and
    /// values in fields of their own, ONNX Runtime checks.</summary>
    /// <exception cref="InvalidDataException">A size is negative, the product is too large, or there are more or fewer
    /// bytes.</exception>
    public static void Check(TensorProto tensor)
    {
        if (tensor.Type() is DataType.Undefined or DataType.String || !Enum.IsDefined(tensor.Type()))
        {
            return;
        }

        long needed = GraphCheck.ByteCount(tensor);
        if (Given(tensor) is { } given && given != needed)
        {
            throw new InvalidDataException(
                $"tensor '{tensor.Name}': expected {needed} bytes for {tensor.Type().Label()}"
                    + $"[{string.Join(',', tensor.Dims)}], got {given}");
        }
    }

    private static long? Given(TensorProto tensor)
    {
        if (tensor.DataLocation != DataLocation.External)
        {
            return tensor.HasRawData ? tensor.RawData.Length : null;
        }

        string? length = tensor.ExternalData.FirstOrDefault(static entry => entry.Key == "length")?.Value;
        return long.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out long bytes) ? bytes : null;
    }
}
