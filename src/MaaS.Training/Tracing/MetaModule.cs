using MaaS.Training.Tracing.LibTorch;
using static TorchSharp.torch;

namespace MaaS.Training.Tracing;

/// <summary>Exchanges a module's tensors for ones that have shapes and no values (torch's device <c>meta</c>), on which
/// forward costs next to nothing at any size.</summary>
internal sealed class MetaModule
{
    private readonly nn.Module _module;
    private readonly List<(Tensor Own, Tensor Substitute)> _tensors = [];
    private readonly List<(Tensor Alias, int Owner)> _aliases = [];
    private readonly EmbeddingTables _embeddings;

    /// <summary>Prepares a module; nothing is exchanged yet. The substitutes belong to the dispose scope.</summary>
    /// <exception cref="TracingException">The libtorch is not one that MaaS knows.</exception>
    public MetaModule(nn.Module module)
    {
        _module = module;
        MetaKernels.Register();
        _embeddings = new EmbeddingTables(module);
        // Weights are tied, and recurrent layers list theirs twice: what is one tensor stays one.
        var owners = new Dictionary<nint, int>();
        foreach (var tensor in ModuleState.Tensors(module))
        {
            if (owners.TryAdd(TensorHandles.Implementation(tensor), _tensors.Count))
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
    /// <exception cref="TracingException">An earlier run disposed one of the module's tensors.</exception>
    public T Run<T>(Func<T> function)
    {
        if (_tensors.Exists(static pair => pair.Own.IsInvalid))
        {
            throw new TracingException("forward disposed a tensor of the module, so it runs with values alone");
        }

        var fields = new TensorFields(_module);
        var exchanged = 0;
        try
        {
            for (; exchanged < _tensors.Count; exchanged++)
            {
                TensorHandles.Exchange(_tensors[exchanged].Own, _tensors[exchanged].Substitute);
            }

            Follow();
            return function();
        }
        finally
        {
            // What forward disposed is gone; all others get their values back, whatever happened.
            foreach (var (own, substitute) in _tensors.Take(exchanged).Where(static pair => !pair.Own.IsInvalid))
            {
                TensorHandles.Exchange(own, substitute);
            }

            Follow();
            // A table that forward made for these sizes has no values.
            fields.Restore();
        }
    }

    /// <summary>A tensor of the same shape and type without values.</summary>
    public static Tensor WithoutValues(Tensor tensor) => empty(tensor.shape, tensor.dtype, META);

    // What refers to the same tensor follows it.
    private void Follow()
    {
        foreach (var (alias, owner) in _aliases.Where(static pair => !pair.Alias.IsInvalid))
        {
            var (own, substitute) = _tensors[owner];
            if (own.IsInvalid)
            {
                // Forward disposed one of two that are the same: its values are where the substitute was.
                substitute.DetachFromDisposeScope();
            }

            TensorHandles.Redirect(alias, TensorHandles.Implementation(own.IsInvalid ? substitute : own));
        }

        _embeddings.Follow();
    }
}
