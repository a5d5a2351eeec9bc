using System.Runtime.InteropServices;

namespace MaaS.Training.Tracing.LibTorch;

/// <summary>Reads memory of this process at addresses that may not exist, through the operating system: a bad address
/// is an error and no crash.</summary>
internal sealed unsafe partial class OwnMemory : IDisposable
{
    private const nint LeastAddress = 65536;
    private const nint CurrentProcess = -1;

    private readonly FileStream? _memory;

    /// <exception cref="TracingException">The system does not let a process read its own memory this way.</exception>
    public OwnMemory()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            _memory = new FileStream(
                "/proc/self/mem", FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new TracingException(
                "the layout of libtorch cannot be checked: /proc/self/mem does not open; mount /proc", error);
        }
    }

    /// <summary>A word.</summary>
    /// <exception cref="TracingException">There is no memory at the address.</exception>
    public nint Word(nint address, int offset, string field)
    {
        nint word = 0;
        return TryRead(address + offset, new Span<byte>(&word, sizeof(nint)))
            ? word
            : throw new TracingException($"this libtorch is laid out in another way: {field} is not readable");
    }

    public void Dispose() => _memory?.Dispose();

    private bool TryRead(nint address, Span<byte> to)
    {
        if (address < LeastAddress)
        {
            return false;
        }

        if (_memory is null)
        {
            fixed (byte* first = to)
            {
                return ReadProcessMemory(CurrentProcess, address, first, (nuint)to.Length, out var read) != 0
                    && read == (nuint)to.Length;
            }
        }

        try
        {
            return RandomAccess.Read(_memory.SafeFileHandle, to, address) == to.Length;
        }
        catch (IOException)
        {
            // The system's word for an address without memory.
            return false;
        }
    }

    [LibraryImport("kernel32")]
    private static partial int ReadProcessMemory(nint process, nint address, byte* to, nuint bytes, out nuint read);
}
