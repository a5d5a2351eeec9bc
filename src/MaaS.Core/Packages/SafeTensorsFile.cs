using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using MaaS.Onnx.Inference;

namespace MaaS.Core.Packages;

/// <summary>Tensors by name in a <c>.safetensors</c> file, which is mapped into memory and read where it
/// lies.</summary>
/// <remarks>
/// Format: 8 bytes of little-endian header length, a JSON header (name → dtype, shape, data_offsets;
/// <c>__metadata__</c>), the data. Everything in the header is checked when the file is opened. The file must not be
/// cut while it is open.
/// </remarks>
public sealed class SafeTensorsFile : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly Dictionary<string, SafeTensorsEntry> _entries;
    private readonly long _dataStart;
    private readonly string _path;
    private bool _disposed;

    private SafeTensorsFile(
        string path, MemoryMappedFile file, MemoryMappedViewAccessor view, SafeTensorsHeader header, long dataStart)
    {
        _path = path;
        _file = file;
        _view = view;
        _dataStart = dataStart;
        _entries = header.Entries.ToDictionary(e => e.Name, StringComparer.Ordinal);
        Entries = header.Entries;
        Metadata = header.Metadata;
    }

    /// <summary>The tensors in the order of their data.</summary>
    public IReadOnlyList<SafeTensorsEntry> Entries { get; }

    /// <summary>Free text that the writer left.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>A view of a tensor; valid until the file is disposed.</summary>
    /// <exception cref="KeyNotFoundException">The file has no such tensor.</exception>
    /// <exception cref="NotSupportedException">The tensor has 2 GiB or more.</exception>
    public unsafe TensorValue this[string name]
    {
        get
        {
            var entry = Entry(name);
            var length = entry.End - entry.Begin;
            if (length > int.MaxValue)
            {
                throw new NotSupportedException(
                    $"{_path}: '{name}': expected less than 2 GiB, got {length} bytes; read it with OpenRead.");
            }

            var start = (byte*)_view.SafeMemoryMappedViewHandle.DangerousGetHandle() + _view.PointerOffset;
            var memory = new NativeMemory(start + _dataStart + entry.Begin, (int)length, () => !_disposed);
            return new TensorValue(entry.Type, [.. entry.Shape], memory.Memory);
        }
    }

    /// <summary>Whether the file has a tensor of that name.</summary>
    public bool Contains(string name) => _entries.ContainsKey(name);

    /// <summary>Type, shape and place of a tensor.</summary>
    /// <exception cref="KeyNotFoundException">The file has no such tensor.</exception>
    public SafeTensorsEntry Entry(string name)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _entries.TryGetValue(name, out var entry) ? entry
            : throw new KeyNotFoundException($"{_path}: expected one of {_entries.Count} tensors, got '{name}'.");
    }

    /// <summary>A tensor's bytes as a stream over the mapped file, for tensors of any length; dispose it before the
    /// file.</summary>
    /// <exception cref="KeyNotFoundException">The file has no such tensor.</exception>
    public Stream OpenRead(string name)
    {
        var entry = Entry(name);
        var length = entry.End - entry.Begin;
        return length == 0 ? Stream.Null   // A view of no bytes would reach to the end of the file.
            : _file.CreateViewStream(_dataStart + entry.Begin, length, MemoryMappedFileAccess.Read);
    }

    /// <summary>Opens a file.</summary>
    /// <exception cref="InvalidDataException">The file breaks the format: cut, overlapping tensors, wrong lengths, a
    /// header of more than 100 MB.</exception>
    public static SafeTensorsFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        MemoryMappedFile? file = null;
        try
        {
            var (header, dataStart) = ReadHeader(path, stream);
            file = MemoryMappedFile.CreateFromFile(
                stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
            return new SafeTensorsFile(
                path, file, file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read), header, dataStart);
        }
        catch
        {
            file?.Dispose();
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Writes a file, whole or not at all. The same tensors give the same bytes.</summary>
    /// <param name="path">Replaced when it exists.</param>
    /// <param name="tensors">Tensors by name, no strings; their memory is read in place.</param>
    /// <param name="metadata">Free text to leave in the header.</param>
    /// <exception cref="NotSupportedException">A tensor holds strings.</exception>
    public static void Write(
        string path,
        IReadOnlyDictionary<string, TensorValue> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        Write(path, tensors.Select(static t => SafeTensorsSource.Of(t.Key, t.Value)), metadata);
    }

    /// <summary>Writes a file, whole or not at all, asking for one tensor after the other.</summary>
    /// <param name="path">Replaced when it exists.</param>
    /// <param name="tensors">In any order; no strings.</param>
    /// <param name="metadata">Free text to leave in the header.</param>
    /// <exception cref="NotSupportedException">A tensor holds strings.</exception>
    /// <exception cref="ArgumentException">Two tensors have one name, a source wrote too little or too much, or the
    /// header is over its limit.</exception>
    public static void Write(
        string path, IEnumerable<SafeTensorsSource> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(tensors);
        SafeTensorsWriter.Write(path, tensors, metadata);
    }

    /// <summary>Unmaps the file; views of its tensors throw from now on.</summary>
    public void Dispose()
    {
        _disposed = true;
        _view.Dispose();
        _file.Dispose();
    }

    private static (SafeTensorsHeader Header, long DataStart) ReadHeader(string path, FileStream stream)
    {
        Span<byte> prefix = stackalloc byte[8];
        if (stream.ReadAtLeast(prefix, 8, throwOnEndOfStream: false) < 8)
        {
            throw new InvalidDataException($"{path}: expected a safetensors file, got {stream.Length} bytes.");
        }

        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        var most = Math.Min(SafeTensorsHeader.MaxBytes, stream.Length - 8);
        if (length > (ulong)most)
        {
            throw new InvalidDataException(
                $"{path}: expected a safetensors header of at most {most} bytes, got {length}.");
        }

        var json = new byte[length];
        stream.ReadExactly(json);
        try
        {
            return (SafeTensorsHeader.Parse(json, stream.Length - stream.Position), stream.Position);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }
}
