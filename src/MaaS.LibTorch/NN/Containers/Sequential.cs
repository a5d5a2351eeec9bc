using System.Globalization;
using System.Runtime.CompilerServices;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>Modules one after the other; each one's output is the next one's input.</summary>
public class Sequential : Module<Tensor, Tensor>
{
    internal Sequential() : base(nameof(Sequential))
    {
    }

    protected Sequential(params (string name, Module<Tensor, Tensor> submodule)[] modules) : this()
    {
        foreach (var (key, module) in modules) append(key, module);
    }

    protected Sequential(params Module<Tensor, Tensor>[] modules) : this()
    {
        foreach (var module in modules) append(module);
    }

    public int Count => _internal_submodules.Count;

    [IndexerName("SequentialItems")]
    public IModule<Tensor, Tensor> this[int index] => At(index);

    /// <summary>The modules from start to before end, the same objects under the same names.</summary>
    [IndexerName("SequentialItems")]
    public Sequential this[(int? start, int? end) index]
    {
        get
        {
            var (start, end) = (index.start ?? 0, index.end ?? Count);
            if (start < 0 || start > Count || end < 0 || end > Count)
                throw new ArgumentOutOfRangeException(nameof(index), index, $"Sequential: expected a range within 0 and {Count}.");
            var slice = new Sequential();
            for (var i = start; i < end; i++) slice.append(_internal_submodules[i].Item1, At(i));
            return slice;
        }
    }

    [IndexerName("SequentialItems")]
    public Sequential this[Range index] => this[(index.Start.GetOffset(Count), index.End.GetOffset(Count))];

    public Sequential append(string name, IModule<Tensor, Tensor> module)
    {
        register_module(name, (nn.Module)module);
        return this;
    }

    public Sequential append(IModule<Tensor, Tensor> module) => append(Count.ToString(CultureInfo.InvariantCulture), module);

    /// <summary>Calls the modules in order; what lies between them is freed.</summary>
    public override Tensor forward(Tensor tensor)
    {
        if (Count == 0) return tensor.alias();
        var current = tensor;
        for (var i = 0; i < Count; i++)
        {
            var next = At(i).call(current);
            if (!ReferenceEquals(current, tensor) && !ReferenceEquals(current, next)) current.Dispose();
            current = next;
        }
        return current;
    }

    private IModule<Tensor, Tensor> At(int index) => (IModule<Tensor, Tensor>)_internal_submodules[index].Item2;
}
