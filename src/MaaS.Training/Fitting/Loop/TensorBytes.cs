using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Loop;

/// <summary>Tensors as bytes between processes of one kind of machine.</summary>
internal static class TensorBytes
{
    public static void Write(BinaryWriter writer, Tensor tensor)
    {
        using var plain = tensor.contiguous();
        writer.Write((int)plain.dtype);
        writer.Write(plain.shape.Length);
        foreach (var size in plain.shape)
        {
            writer.Write(size);
        }

        writer.Write(plain.bytes);
    }

    public static Tensor Read(BinaryReader reader)
    {
        var type = (ScalarType)reader.ReadInt32();
        var shape = new long[reader.ReadInt32()];
        for (var i = 0; i < shape.Length; i++)
        {
            shape[i] = reader.ReadInt64();
        }

        var tensor = empty(shape, type);
        reader.BaseStream.ReadExactly(tensor.bytes);
        return tensor;
    }
}
