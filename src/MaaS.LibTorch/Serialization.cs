using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Writes one tensor to a file in libtorch's own format.</summary>
    public static void save(Tensor t, string location) => t.save(location);

    public static Tensor load(string location) => Tensor.load(location);

    // TorchSharp's binary format: type, rank and sizes in LEB128, then the elements in row-major order.
    public partial class Tensor
    {
        public void save(string location)
        {
            WriteThenRename(location, path => Native.Check(Native.maas_tensor_save(Handle, path)));
            GC.KeepAlive(this);
        }

        public static Tensor load(string location)
        {
            if (!File.Exists(location)) throw new FileNotFoundException($"load: {location} does not exist", location);
            return new Tensor(Native.Check(Native.maas_tensor_load(location)));
        }

        public static Tensor Load(BinaryReader reader)
        {
            var (type, sizes) = TensorExtensionMethods.ReadHeader(reader);
            var tensor = empty(sizes, type);
            try
            {
                tensor.ReadBytesFromStream(reader.BaseStream);
            }
            catch
            {
                tensor.Dispose();
                throw;
            }
            return tensor;
        }

        public static Tensor Load(Stream stream)
        {
            using var reader = new BinaryReader(stream);
            return Load(reader);
        }

        public static Tensor Load(string location)
        {
            using var stream = File.OpenRead(location);
            return Load(stream);
        }

        // A reader never sees a file that is half written.
        internal static void WriteThenRename(string location, Action<string> write)
        {
            var temporary = $"{location}.{Guid.NewGuid():N}.tmp";
            try
            {
                write(temporary);
                File.Move(temporary, location, overwrite: true);
            }
            finally
            {
                File.Delete(temporary);
            }
        }
    }
}

public static partial class TensorExtensionMethods
{
    public static void Save(this torch.Tensor tensor, BinaryWriter writer)
    {
        using var scope = torch.NewDisposeScope();
        var plain = tensor.detach().cpu().contiguous();
        writer.Write7BitEncodedInt64((long)plain.dtype);
        var shape = plain.shape;
        writer.Write7BitEncodedInt64(shape.Length);
        foreach (var size in shape) writer.Write7BitEncodedInt64(size);
        writer.Flush();
        plain.WriteBytesToStream(writer.BaseStream, 1 << 20);
    }

    public static void Save(this torch.Tensor tensor, Stream stream)
    {
        using var writer = new BinaryWriter(stream);
        tensor.Save(writer);
    }

    public static void Save(this torch.Tensor tensor, string location) =>
        torch.Tensor.WriteThenRename(location, path =>
        {
            using var stream = File.Create(path);
            tensor.Save(stream);
        });

    /// <summary>Reads into a tensor of the same type and shape; with skip only moves past what is stored.</summary>
    public static void Load(this torch.Tensor tensor, BinaryReader reader, bool skip = false)
    {
        var (type, sizes) = ReadHeader(reader);
        if (type != tensor.dtype)
            throw new ArgumentException(
                "Mismatched tensor data types while loading. Make sure that the model you are loading into is exactly " +
                $"the same as the origin: expected {tensor.dtype}, got {type}.");
        Fill(tensor, reader, type, sizes, skip);
    }

    public static torch.Tensor Load(BinaryReader reader, bool skip = false)
    {
        torch.Tensor? tensor = null;
        Load(ref tensor, reader, skip);
        return tensor!;
    }

    /// <summary>Reads into a tensor, or makes one of the stored type and shape when there is none.</summary>
    public static void Load(ref torch.Tensor? tensor, BinaryReader reader, bool skip = false)
    {
        var (type, sizes) = ReadHeader(reader);
        tensor ??= skip ? torch.zeros(sizes, type) : torch.empty(sizes, type);
        Fill(tensor, reader, type, sizes, skip);
    }

    internal static (torch.ScalarType Type, long[] Sizes) ReadHeader(BinaryReader reader)
    {
        const int maximumRank = 64;
        var type = reader.Read7BitEncodedInt64();
        if (type is < 0 or > (long)torch.ScalarType.BFloat16)
            throw new InvalidDataException($"expected an element type, got {type}: this is not a TorchSharp tensor");
        var rank = reader.Read7BitEncodedInt64();
        if (rank is < 0 or > maximumRank)
            throw new InvalidDataException($"expected at most {maximumRank} dimensions, got {rank}");
        var sizes = new long[rank];
        for (var d = 0; d < rank; d++) sizes[d] = reader.Read7BitEncodedInt64();
        return ((torch.ScalarType)type, sizes);
    }

    private static void Fill(
        torch.Tensor tensor, BinaryReader reader, torch.ScalarType type, long[] sizes, bool skip)
    {
        if (skip)
        {
            reader.BaseStream.Seek(sizes.TotalSize() * type.ElementSize(), SeekOrigin.Current);
            return;
        }
        if (!sizes.AsSpan().SequenceEqual(tensor.shape))
            throw new ArgumentException(
                "Mismatched tensor shape while loading. Make sure that the model you are loading into is exactly the " +
                $"same as the origin: expected ({string.Join(", ", tensor.shape)}), got ({string.Join(", ", sizes)}).");
        using var noGradient = torch.no_grad();
        using var stored = torch.empty(sizes, type);
        stored.ReadBytesFromStream(reader.BaseStream);
        tensor.copy_(stored);
    }
}
