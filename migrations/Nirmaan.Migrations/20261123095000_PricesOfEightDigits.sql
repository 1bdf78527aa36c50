-- Prices that a total was divided for had as many digits as a decimal holds, and their sums more than can be read. Eight are kept from now on.
UPDATE instances SET usd_per_gpu_hour = round(usd_per_gpu_hour, 8) WHERE scale(usd_per_gpu_hour) > 8;
