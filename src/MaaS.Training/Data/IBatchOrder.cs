namespace MaaS.Training.Data;

/// <summary>Samples that choose which of them share a batch, as texts of about one length do.</summary>
public interface IBatchOrder
{
    /// <summary>Positions of all samples in the order in which an epoch takes them; the same arguments always give the
    /// same order.</summary>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="epoch">1 for the first.</param>
    /// <param name="batchSize">Samples of each batch but the last, which may have fewer.</param>
    long[] Order(int seed, int epoch, int batchSize);
}
