using System.Collections;
using MaaS.Training.Interop;
using MaaS.Training.Startup;
using TorchSharp.PyBridge;
using static TorchSharp.torch;

namespace MaaS.Training.Checkpoints;

/// <summary>A state dictionary that PyTorch's <c>torch.save</c> wrote. Of its pickle nothing but tensors, numbers,
/// texts and dictionaries is made: no code of the file runs.</summary>
internal sealed class PyTorchWeights : IWeightFile
{
    // Trainers save {"state_dict": …} and the like as often as the dictionary of tensors itself.
    private static readonly string[] Wrappers = ["state_dict", "model_state_dict", "model"];

    private readonly Dictionary<string, Tensor> _tensors;

    private PyTorchWeights(string location, Dictionary<string, Tensor> tensors)
    {
        Location = location;
        _tensors = tensors;
        Entries = [.. tensors.Select(static t => new WeightEntry(t.Key, TensorValues.TypeOf(t.Value), t.Value.shape))];
    }

    public string Location { get; }

    public IReadOnlyList<WeightEntry> Entries { get; }

    /// <summary>Reads all of it into memory.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is damaged, older than PyTorch 1.6, or holds something other than
    /// tensors by name.</exception>
    public static PyTorchWeights Open(string path)
    {
        TorchRuntime.Ensure();
        using var file = File.OpenRead(path);
        using var scope = NewDisposeScope();
        var tensors = Tensors(path, Unpickle(path, file));
        return new PyTorchWeights(
            path,
            tensors.ToDictionary(
                static t => t.Key, static t => t.Value.MoveToOuterDisposeScope(), StringComparer.Ordinal));
    }

    public Tensor Read(string name) => _tensors[name].clone();

    public void Dispose()
    {
        foreach (var tensor in _tensors.Values)
        {
            tensor.Dispose();
        }
    }

    private static Hashtable Unpickle(string path, FileStream file)
    {
        try
        {
            return PyTorchUnpickler.UnpickleStateDict(file, leaveOpen: true);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The unpickler has no exception of its own: whatever it throws says that the bytes are not as expected.
            throw new InvalidDataException(
                $"{path}: expected a state dictionary that torch.save of PyTorch 1.6 or newer wrote: "
                    + $"{TorchError.Reason(e)}", e);
        }
    }

    private static Dictionary<string, Tensor> Tensors(string path, Hashtable table)
    {
        var inner = Wrappers.Select(k => table[k]).OfType<Hashtable>().FirstOrDefault() ?? table;
        var tensors = inner.Cast<DictionaryEntry>().Where(static e => e is { Key: string, Value: Tensor })
            .ToDictionary(static e => (string)e.Key, static e => (Tensor)e.Value!, StringComparer.Ordinal);
        return tensors.Count > 0 ? tensors : throw new InvalidDataException(
            $"{path}: expected tensors by name, got a dictionary with the keys "
                + $"{string.Join(", ", inner.Keys.Cast<object>().Take(8))}.");
    }
}
