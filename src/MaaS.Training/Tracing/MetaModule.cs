using MaaS.Training.Tracing.LibTorch;
using static TorchSharp.torch;

namespace MaaS.Training.Tracing;

/// <summary>Exchanges a module's tensors for ones that have shapes and no values (torch's device <c>meta</c>), on which
/// forward costs next to nothing at any size.</summary>
internal sealed class MetaModule
{
    private readonly List<(Tensor Own, Tensor Substitute)> _tensors = [];
    private readonly List<(Tensor Alias, Tensor Own)> _aliases = [];
    private readonly EmbeddingTables _embeddings;

    /// <summary>Prepares a module; nothing is exchanged yet. The substitutes belong to the dispose scope.</summary>
    /// <exception cref="TracingException">The libtorch is not one that MaaS knows.</exception>
    public MetaModule(nn.Module module)
    {
        MetaKernels.Register();
        _embeddings = new EmbeddingTables(module);
        // Weights are tied, and recurrent layers list theirs twice: what is one tensor stays one.
        var owners = new Dictionary<nint, Tensor>();
        foreach (var tensor in ModuleState.Tensors(module))
        {
            if (owners.TryAdd(TensorHandles.Implementation(tensor), tensor))
            {
                _tensors.Add((tensor, WithoutValues(tensor)));
            }
            else
            {
                _aliases.Add((tensor, owners[TensorHandles.Implementation(tensor)]));
            }
        }
    }

    /// <summary>Runs a function while the module's tensors have no values; they are what they were
    /// afterwards.</summary>
    public T Run<T>(Func<T> function)
    {
        Exchange();
        try
        {
            return function();
        }
        finally
        {
            Exchange();
        }
    }

    /// <summary>A tensor of the same shape and type without values.</summary>
    public static Tensor WithoutValues(Tensor tensor) => empty(tensor.shape, tensor.dtype, META);

    private void Exchange()
    {
        foreach (var (own, substitute) in _tensors)
        {
            TensorHandles.Exchange(own, substitute);
        }

        foreach (var (alias, own) in _aliases)
        {
            TensorHandles.Redirect(alias, TensorHandles.Implementation(own));
        }

        _embeddings.Follow();
    }
}
