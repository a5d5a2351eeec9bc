using System.Globalization;
using MaaS.Serving.Faults;
using Microsoft.Win32.SafeHandles;

namespace MaaS.Serving.Protocols.SharedMemory;

/// <summary>
/// A registered piece of shared memory. Bytes are copied in and out, for its owner may change it at any time, and
/// through the file: memory that its owner cuts short would end a process that has mapped it.
/// </summary>
internal sealed class SharedRegion : IDisposable
{
    private readonly SafeFileHandle _file;

    private SharedRegion(string name, string key, string owner, long offset, long size, SafeFileHandle file)
        => (Name, Key, Owner, Offset, Size, _file) = (name, key, owner, offset, size, file);

    public string Name { get; }

    /// <summary>Name of the memory on this machine.</summary>
    public string Key { get; }

    /// <summary>Name of the caller who registered it; nobody else sees it.</summary>
    public string Owner { get; }

    /// <summary>Where the region begins in the memory, in bytes.</summary>
    public long Offset { get; }

    /// <summary>Length of the region in bytes.</summary>
    public long Size { get; }

    /// <summary>Opens memory that exists.</summary>
    /// <exception cref="RequestException">
    /// 400: there is none of that name, the name is a link, or the memory is smaller.
    /// </exception>
    public static SharedRegion Open(string name, string key, string owner, string path, long offset, long size)
    {
        SafeFileHandle? file = null;
        try
        {
            file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            ThrowIfLink(name, path, file);
            var length = RandomAccess.GetLength(file);
            return offset >= 0 && size > 0 && offset <= length - size
                ? new SharedRegion(name, key, owner, offset, size, file)
                : throw RequestException.BadRequest(
                    $"region '{name}': expected offset and byte_size within {length} bytes, got {offset} and {size}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            file?.Dispose();
            throw new RequestException(
                $"region '{name}': expected shared memory that this server may read and write, got key '{key}'", e);
        }
        catch
        {
            file?.Dispose();
            throw;
        }
    }

    /// <summary>A copy of a part.</summary>
    /// <exception cref="RequestException">
    /// 400: the part is not within the region, the memory was cut short, or the region was unregistered meanwhile.
    /// </exception>
    public byte[] Read(long offset, long size)
    {
        ThrowIfOutside(offset, size);
        var bytes = new byte[size];
        try
        {
            for (var at = 0; at < bytes.Length;)
            {
                var read = RandomAccess.Read(_file, bytes.AsSpan(at), Offset + offset + at);
                at += read > 0 ? read : throw CutShort();
            }
        }
        catch (ObjectDisposedException e)
        {
            throw Unregistered(e);
        }

        return bytes;
    }

    /// <summary>Writes bytes into a part of the region.</summary>
    /// <exception cref="RequestException">
    /// 400: the part is not within the region, the memory was cut short, or the region was unregistered meanwhile.
    /// </exception>
    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        ThrowIfOutside(offset, bytes.Length);
        try
        {
            if (RandomAccess.GetLength(_file) < Offset + Size)
            {
                throw CutShort();
            }

            RandomAccess.Write(_file, bytes, Offset + offset);
        }
        catch (ObjectDisposedException e)
        {
            throw Unregistered(e);
        }
    }

    public void Dispose() => _file.Dispose();

    /// <summary>A name below the prefix must not lead to a file elsewhere.</summary>
    private static void ThrowIfLink(string name, string path, SafeFileHandle file)
    {
        var opened = File.ResolveLinkTarget(
            string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{file.DangerousGetHandle()}"),
            returnFinalTarget: false);
        if (opened?.FullName != Path.GetFullPath(path))
        {
            throw RequestException.BadRequest(
                $"region '{name}': expected shared memory, its key is a link to something else");
        }
    }

    private RequestException CutShort()
        => RequestException.BadRequest($"region '{Name}': expected {Size} bytes, the memory was cut short");

    private RequestException Unregistered(ObjectDisposedException cause)
        => new($"region '{Name}': expected a registered region, it was unregistered while the request used it", cause);

    private void ThrowIfOutside(long offset, long size)
    {
        if (offset < 0 || size < 0 || size > int.MaxValue || offset > Size - size)
        {
            throw RequestException.BadRequest(
                $"region '{Name}': expected a part of its {Size} bytes, got {size} bytes at {offset}");
        }
    }
}
