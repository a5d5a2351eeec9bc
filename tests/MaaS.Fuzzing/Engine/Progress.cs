using System.IO.MemoryMappedFiles;

namespace MaaS.Fuzzing.Engine;

/// <summary>What a loop is at, in a file that outlives the death of its process: inputs tried, and the input that
/// runs.</summary>
internal sealed class Progress : IDisposable
{
    private const int Header = 16;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    public Progress(string path)
    {
        _file = MemoryMappedFile.CreateFromFile(
            path, FileMode.OpenOrCreate, mapName: null, Header + Mutation.ByteMutator.LargestInput);
        _view = _file.CreateViewAccessor();
    }

    /// <summary>Inputs that were begun.</summary>
    public long Tried => _view.ReadInt64(0);

    /// <summary>The input that was begun last.</summary>
    public byte[] Input()
    {
        var input = new byte[_view.ReadInt32(8)];
        _view.ReadArray(Header, input, 0, input.Length);
        return input;
    }

    /// <summary>Notes an input before it runs.</summary>
    public void Begin(byte[] input)
    {
        _view.Write(8, input.Length);
        _view.WriteArray(Header, input, 0, input.Length);
        _view.Write(0, Tried + 1);
    }

    /// <summary>Starts over.</summary>
    public void Reset() => _view.Write(0, 0L);

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}
