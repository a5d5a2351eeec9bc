using MaaS.Onnx.Inference;


namespace MaaS.Core.Packages;

/// <summary>A tensor to be written, whose bytes are asked for only when their turn comes: a file of many tensors needs
/// the memory of one.</summary>
/// <param name="Name">The tensor's name, as in a state dict; anything but <c>__metadata__</c>.</param>
/// <param name="Type">Type of its elements; no strings.</param>
/// <param name="Shape">Size of each axis; empty for a scalar.</param>
/// <param name="WriteTo">Writes exactly the elements, row-major, little-endian; called once.</param>
public sealed record SafeTensorsSource(string Name, ElementType Type, IReadOnlyList<long> Shape, Action<Stream> WriteTo)
{
    /// <summary>A tensor that is in memory already; it is read in place and stays the caller's.</summary>
    public static SafeTensorsSource Of(string name, TensorValue value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new(name, value.Type, value.Shape.ToArray(), stream => stream.Write(value.Data.Span));
    }

    /// <summary>A tensor of an open file, copied as it is.</summary>
    /// <param name="file">Must stay open until this was written.</param>
    /// <param name="name">Its name there, and here.</param>
    public static SafeTensorsSource Of(SafeTensorsFile file, string name)
    {
        ArgumentNullException.ThrowIfNull(file);
        return Copy(file.Entry(name), file.OpenRead);
    }

    /// <summary>A tensor of an open checkpoint, copied as it is.</summary>
    /// <param name="checkpoint">Must stay open until this was written.</param>
    /// <param name="name">Its name there, and here.</param>
    public static SafeTensorsSource Of(SafeTensorsCheckpoint checkpoint, string name)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        return Copy(checkpoint.Entry(name), checkpoint.OpenRead);
    }

    /// <summary>Bytes of its elements.</summary>
    internal long ByteCount => checked(TensorShape.Count([.. Shape]) * Type.Size());

    private static SafeTensorsSource Copy(SafeTensorsEntry entry, Func<string, Stream> open)
        => new(entry.Name, entry.Type, entry.Shape, stream =>
    {
        using var source = open(entry.Name);
        source.CopyTo(stream);
    });
}
