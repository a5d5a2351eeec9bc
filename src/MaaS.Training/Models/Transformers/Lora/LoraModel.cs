using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Transformers.Lora;

/// <summary>A language model whose own weights stay, with small matrices beside some of its linear layers that are
/// trained.</summary>
/// <remarks>Hu et al. 2021: LoRA: low-rank adaptation of large language models.</remarks>
public sealed class LoraModel : Module<Tensor, Tensor>
{
    private readonly CausalLanguageModel model;
    private readonly ModuleList<LoraLayer> adapters;
    private readonly List<(string Path, Linear Layer, LoraLayer Adapter)> _pairs = [];
    private readonly List<Action> _detach = [];
    private readonly List<Parameter> _frozen = [];

    /// <summary>Adapts a model; its parameters are frozen until <see cref="Merge"/> or <see cref="Detach"/>. Random
    /// numbers come from torch's default generator.</summary>
    /// <param name="model">Its layers get the small matrices' outputs added; it stays the caller's.</param>
    /// <param name="options">Rank, scale, layers.</param>
    /// <exception cref="ArgumentException">The options do not fit, or the model has no layer of such a
    /// name.</exception>
    public LoraModel(CausalLanguageModel model, LoraOptions options)
        : base(nameof(LoraModel))
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        this.model = model;
        Options = options;
        var linear = model.named_modules().Where(static m => m.module is Linear).ToList();
        var unknown = options.Targets.Except(linear.Select(static m => Last(m.name))).ToList();
        if (unknown.Count > 0)
        {
            throw new ArgumentException(
                $"{nameof(LoraModel)}: expected {nameof(LoraOptions.Targets)} of "
                    + $"{string.Join(", ", linear.Select(static m => Last(m.name)).Distinct())}, got "
                    + $"{string.Join(", ", unknown)}.", nameof(options));
        }

        foreach (var (path, module) in linear.Where(m => options.Targets.Contains(Last(m.name))))
        {
            var layer = (Linear)module;
            var adapter = new LoraLayer(layer, options);
            _pairs.Add((path, layer, adapter));
            var hook = layer.register_forward_hook((_, input, output) => output + adapter.call(input));
            _detach.Add(hook.remove);
        }

        foreach (var parameter in model.parameters().Where(static p => p.requires_grad))
        {
            parameter.requires_grad = false;
            _frozen.Add(parameter);
        }

        adapters = new ModuleList<LoraLayer>([.. _pairs.Select(static p => p.Adapter)]);
        RegisterComponents();
        train(model.training);
    }

    /// <summary>What it was made with.</summary>
    public LoraOptions Options { get; }

    /// <summary>The model below.</summary>
    public CausalLanguageModel Model => model;

    /// <summary>Numbers that are trained.</summary>
    public long AdapterParameters => adapters.parameters().Sum(static p => p.numel());

    /// <summary>The small matrices of each adapted layer, by the layer's name: A (r, inputs) and B (outputs,
    /// r).</summary>
    internal IEnumerable<(string Path, Tensor Down, Tensor Up)> Matrices
        => _pairs.Select(static p => (p.Path, p.Adapter.Down, p.Adapter.Up));

    /// <summary>Logits after every token, of the adapted model.</summary>
    /// <param name="inputIds">(B, T), int64.</param>
    /// <returns>(B, T, vocabulary).</returns>
    public override Tensor forward(Tensor inputIds) => model.call(inputIds);

    /// <summary>Adds the change of each layer to its weight, and lets go of the model, which then answers by itself
    /// what it answered adapted.</summary>
    /// <exception cref="InvalidOperationException">The model has been let go of already.</exception>
    public void Merge()
    {
        ThrowIfDetached();
        using (NewDisposeScope())
        using (no_grad())
        {
            foreach (var (_, layer, adapter) in _pairs)
            {
                layer.weight.add_(adapter.Delta());
            }
        }

        Detach();
    }

    /// <summary>Lets go of the model, which then is what it was before; the small matrices stay. A second call does
    /// nothing.</summary>
    public void Detach()
    {
        _detach.ForEach(static remove => remove());
        _detach.Clear();
        _frozen.ForEach(static p => p.requires_grad = true);
        _frozen.Clear();
    }

    /// <summary>Frees the small matrices and lets go of the model, which stays the caller's.</summary>
#pragma warning disable CA2215 // TorchSharp's would free the model below too, which is the caller's.
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Detach();
            foreach (var (_, _, adapter) in _pairs)
            {
                adapter.Dispose();
            }
        }
    }
#pragma warning restore CA2215

    private void ThrowIfDetached()
    {
        if (_detach.Count == 0)
        {
            throw new InvalidOperationException(
                $"{nameof(LoraModel)}: expected adapters beside the model's layers; they have been merged or "
                    + "detached.");
        }
    }

    private static string Last(string path) => path[(path.LastIndexOf('.') + 1)..];
}
