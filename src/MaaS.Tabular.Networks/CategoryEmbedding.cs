using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Tabular.Networks;

/// <summary>A vector for each category of each column, all in one table.</summary>
internal sealed class CategoryEmbedding : Module<Tensor, Tensor>
{
    private readonly Embedding table;
    private readonly Tensor places;
    private readonly Tensor offsets;

    /// <summary>Uniform weights up to 1 / √width, from torch's default generator.</summary>
    public CategoryEmbedding(ColumnLayout layout, long width)
        : base(nameof(CategoryEmbedding))
    {
        // Of each column the first row stands for unseen and missing ones, whose place is −1.
        var starts = new long[layout.Categories.Count];
        long rows = 0;
        for (var i = 0; i < starts.Length; i++)
        {
            starts[i] = rows + 1;
            rows += layout.Cardinalities[i] + 1;
        }

        table = Embedding(rows, width);
        init.uniform_(table.weight!, -1 / Math.Sqrt(width), 1 / Math.Sqrt(width));
        places = tensor(layout.Categories.Select(static f => (long)f).ToArray());
        offsets = tensor(starts);
        register_buffer(nameof(places), places);
        register_buffer(nameof(offsets), offsets);
        RegisterComponents();
    }

    /// <summary>The vectors of a batch.</summary>
    /// <param name="features">(B, F), float32.</param>
    /// <returns>(B, categories, width).</returns>
    public override Tensor forward(Tensor features)
        => table.call(features.index_select(1, places).to(ScalarType.Int64) + offsets);
}
