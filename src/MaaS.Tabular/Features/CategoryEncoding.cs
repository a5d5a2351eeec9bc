using System.Text.Json.Serialization;

namespace MaaS.Tabular.Features;

/// <summary>How categories become numbers.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CategoryEncoding>))]
public enum CategoryEncoding
{
    /// <summary>One feature a category; a category that training never saw is zero in all.</summary>
    OneHot,

    /// <summary>The category's place in order; −1 for one that training never saw or that is missing.</summary>
    Ordinal,

    /// <summary>A hash of the category chooses one of a fixed number of features, and its sign: for columns of very
    /// many categories, unseen ones included. A missing cell is zero in all.</summary>
    Hashed,

    /// <summary>The mean target of the category's rows, drawn towards that of all rows. Training rows get the mean of
    /// the other folds' rows, so that no row sees its own target.</summary>
    Target,
}
